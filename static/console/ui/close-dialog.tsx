import { useState } from 'preact/hooks';
import type { Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { useSurroundings } from './context';
import { Dialog } from './dialog';
import { visitorName } from './person';

/** Ends a conversation; a reason may be given. */
export function CloseDialog({ summary, onClose }: { readonly summary: Summary; onClose(): void }) {
  const { store } = useSurroundings();
  const [reason, setReason] = useState('');
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure('');
    try {
      await store.moves.close(summary.id, reason.trim());
      onClose();
    } catch (error) {
      setFailure(store.explain(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('close.title', { name: visitorName(summary.visitor) })} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
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
