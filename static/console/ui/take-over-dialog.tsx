import { useState } from 'preact/hooks';
import type { Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { useSurroundings } from './context';
import { Dialog } from './dialog';
import { visitorName } from './person';

/** Asks before a colleague's conversation is taken from them. */
export function TakeOverDialog({ summary, onClose }: { readonly summary: Summary; onClose(): void }) {
  const { store } = useSurroundings();
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure('');
    try {
      await store.moves.takeOver(summary.id);
      onClose();
    } catch (error) {
      setFailure(store.explain(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('takeover.title', { name: visitorName(summary.visitor) })} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
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
