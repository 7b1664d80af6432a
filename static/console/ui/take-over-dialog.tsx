import type { Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { useSurroundings } from './context';
import { Dialog } from './dialog';
import { visitorName } from './person';
import { useSubmit } from './submit';

/** Asks before a colleague's conversation is taken from them. */
export function TakeOverDialog({ summary, onClose }: { readonly summary: Summary; onClose(): void }) {
  const { store } = useSurroundings();
  const { submit, busy, failure } = useSubmit(() => store.moves.takeOver(summary.id), onClose);
  return (
    <Dialog title={t('takeover.title', { name: visitorName(summary.visitor) })} onClose={onClose}>
      <form onSubmit={submit}>
        <p class="quiet">{t('takeover.hint', { agent: summary.owner?.name ?? '' })}</p>
        <p class="form-failure" role="alert">
          {failure}
        </p>
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {t('cancel')}
          </button>
          <button type="submit" class="button primary" autofocus disabled={busy}>
            {t('takeover')}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
