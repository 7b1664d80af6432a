import { useEffect, useState } from 'preact/hooks';
import type { Colleague, Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { Agents } from './agents';
import { useSurroundings } from './context';
import { Dialog } from './dialog';
import { visitorName } from './person';

/** Asks a second agent in. */
export function InviteDialog({ summary, onClose }: { readonly summary: Summary; onClose(): void }) {
  const { store } = useSurroundings();
  const [agents, setAgents] = useState<readonly Colleague[] | undefined>(undefined);
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    store.places().then(
      ([found]) => setAgents(found),
      (error: unknown) => setFailure(store.explain(error)),
    );
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (chosen === undefined || busy) return;
    setBusy(true);
    setFailure('');
    try {
      await store.moves.invite(summary.id, chosen);
      onClose();
    } catch (error) {
      setFailure(store.explain(error));
      setBusy(false);
    }
  };
  const inside = [summary.owner, ...(summary.guests ?? [])].flatMap((agent) => (agent ? [agent.id] : []));
  return (
    <Dialog title={t('invite.title', { name: visitorName(summary.visitor) })} class="transfer" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <p class="quiet">{t('invite.hint')}</p>
        {agents ? <Agents agents={agents} purpose="invite" but={inside} chosen={chosen} onChoose={setChosen} /> : failure === '' ? <p class="quiet">{t('loading')}</p> : null}
        <p class="form-failure" role="alert">
          {failure}
        </p>
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {t('cancel')}
          </button>
          <button type="submit" class="button primary" disabled={chosen === undefined || busy}>
            {t('invite.confirm')}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
