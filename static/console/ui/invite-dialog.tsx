import { useEffect, useState } from 'preact/hooks';
import type { Colleague, Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { Agents } from './agents';
import { useSurroundings } from './context';
import { Dialog } from './dialog';
import { visitorName } from './person';
import { useSubmit } from './submit';

/** Asks a second agent in. */
export function InviteDialog({ summary, onClose }: { readonly summary: Summary; onClose(): void }) {
  const { store } = useSurroundings();
  const [agents, setAgents] = useState<readonly Colleague[] | undefined>(undefined);
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const { submit, busy, failure, fail } = useSubmit(() => (chosen === undefined ? undefined : store.moves.invite(summary.id, chosen)), onClose);
  useEffect(() => {
    store.places().then(
      ([found]) => setAgents(found),
      fail,
    );
  }, []);
  const inside = [summary.owner, ...(summary.guests ?? [])].flatMap((agent) => (agent ? [agent.id] : []));
  return (
    <Dialog title={t('invite.title', { name: visitorName(summary.visitor) })} class="transfer" onClose={onClose}>
      <form onSubmit={submit}>
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
