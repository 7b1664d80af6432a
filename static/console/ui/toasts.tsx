import { CircleAlert, X } from 'lucide';
import { t } from '../boot';
import { useSurroundings } from './context';
import { Icon } from './icon';

/** Short messages over the page. The region is always there, so that screen readers hear what comes. */
export function ToastList() {
  const { store } = useSurroundings();
  return (
    <div class="toasts" role="status">
      {store.toasts.list.value.map((toast) => (
        <p key={toast.id} class={`toast ${toast.kind}`}>
          {toast.kind === 'failure' ? <Icon node={CircleAlert} /> : null}
          <span>{toast.text}</span>
          <button type="button" class="icon-button" aria-label={t('dismiss')} onClick={() => store.toasts.dismiss(toast.id)}>
            <Icon node={X} size={16} />
          </button>
        </p>
      ))}
    </div>
  );
}
