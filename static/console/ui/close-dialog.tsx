import { useState } from 'preact/hooks';
import type { Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { useSurroundings } from './context';
import { Dialog } from './dialog';
import { visitorName } from './person';
import { useSubmit } from './submit';

/** Ends a conversation; a reason may be given. */
export function CloseDialog({ summary, onClose }: { readonly summary: Summary; onClose(): void }) {
  const { store } = useSurroundings();
  const [reason, setReason] = useState('');
  const { submit, busy, failure } = useSubmit(() => store.moves.close(summary.id, reason.trim()), onClose);
  return (
    <Dialog title={t('close.title', { name: visitorName(summary.visitor) })} onClose={onClose}>
      <form onSubmit={submit}>
        <p class="quiet">{t('close.hint')}</p>
        <label for="reason">{t('close.reason')}</label>
        <input id="reason" type="text" maxLength={200} autofocus value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        <p class="form-failure" role="alert">
          {failure}
        </p>
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {t('cancel')}
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {t('close')}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
