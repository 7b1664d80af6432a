import { useEffect, useRef, useState } from 'preact/hooks';
import type { Colleague, Named, Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import type { TransferTarget } from '../api';
import { useSurroundings } from './context';
import { Dialog } from './dialog';
import { Avatar, visitorName } from './person';

interface Places {
  readonly agents: readonly Colleague[];
  readonly departments: readonly Named[];
}

const ORDER = { online: 0, away: 1, offline: 2 } as const;
/** From as many colleagues on there is a field to find one. */
const MANY = 8;

/** Hands a conversation to a colleague or a department. */
export function TransferDialog({ summary, onClose }: { readonly summary: Summary; onClose(): void }) {
  const { store } = useSurroundings();
  const [places, setPlaces] = useState<Places | undefined>(undefined);
  const [target, setTarget] = useState<TransferTarget | undefined>(undefined);
  const [note, setNote] = useState('');
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    store.places().then(
      ([agents, departments]) => setPlaces({ agents, departments }),
      (error: unknown) => setFailure(store.explain(error)),
    );
  }, []);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (places && !form.current?.contains(document.activeElement)) form.current?.querySelector<HTMLElement>('input:enabled')?.focus();
  }, [places]);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!target || busy) return;
    setBusy(true);
    setFailure('');
    try {
      await store.transfer(summary.id, target, note.trim());
      store.toasts.tell(t('transferred', { name: visitorName(summary.visitor) }));
      onClose();
    } catch (error) {
      setFailure(store.explain(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('transfer.title', { name: visitorName(summary.visitor) })} class="transfer" onClose={onClose}>
      <form ref={form} onSubmit={(event) => void submit(event)}>
        {places ? <Choices places={places} target={target} onChoose={setTarget} /> : failure === '' ? <p class="quiet">{t('loading')}</p> : null}
        <label for="note">{t('transfer.note')}</label>
        <textarea id="note" rows={2} maxLength={1000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        <p class="form-failure" role="alert">
          {failure}
        </p>
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {t('cancel')}
          </button>
          <button type="submit" class="button primary" disabled={!target || busy}>
            {t('transfer')}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface ChoicesProps {
  readonly places: Places;
  readonly target: TransferTarget | undefined;
  onChoose(target: TransferTarget): void;
}

function Choices({ places, target, onChoose }: ChoicesProps) {
  const { store } = useSurroundings();
  const [find, setFind] = useState('');
  const presence = store.presence.value;
  const wanted = find.trim().toLocaleLowerCase();
  const agents = places.agents
    .filter((agent) => agent.id !== store.me.value?.id && agent.name.toLocaleLowerCase().includes(wanted))
    .map((agent) => ({ ...agent, status: presence.get(agent.id) ?? agent.status }))
    .sort((a, b) => ORDER[a.status] - ORDER[b.status] || a.open - a.limit - (b.open - b.limit) || a.name.localeCompare(b.name));
  const isChosen = (id: string) => target !== undefined && ('agent' in target ? target.agent : target.department) === id;
  return (
    <>
      <fieldset>
        <legend>{t('transfer.agents')}</legend>
        {places.agents.length > MANY ? (
          <input type="search" value={find} placeholder={t('transfer.find')} aria-label={t('transfer.find')} onInput={(event) => setFind(event.currentTarget.value)} />
        ) : null}
        <div class="choices">
          {agents.map((agent) => (
            <AgentChoice key={agent.id} agent={agent} chosen={isChosen(agent.id)} onChoose={() => onChoose({ agent: agent.id })} />
          ))}
          {agents.length === 0 ? <p class="quiet">{t('transfer.nobody')}</p> : null}
        </div>
      </fieldset>
      {places.departments.length === 0 ? null : (
        <fieldset>
          <legend>{t('transfer.departments')}</legend>
          <div class="choices">
            {places.departments.map((department) => (
              <label class="choice" key={department.id}>
                <input type="radio" name="target" checked={isChosen(department.id)} onChange={() => onChoose({ department: department.id })} />
                <span class="choice-name clip">{department.name}</span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
    </>
  );
}

interface AgentChoiceProps {
  readonly agent: Colleague;
  readonly chosen: boolean;
  onChoose(): void;
}

function AgentChoice({ agent, chosen, onChoose }: AgentChoiceProps) {
  const full = agent.open >= agent.limit;
  const free = agent.status === 'online' && !full;
  return (
    <label class={`choice${free ? '' : ' barred'}`}>
      <input type="radio" name="target" disabled={!free} checked={chosen} onChange={onChoose} />
      <Avatar id={agent.id} name={agent.name} small />
      <span class="choice-name clip">{agent.name}</span>
      <span class="choice-state">
        <span class={`dot ${agent.status}`} /> {t(`status.${agent.status}`)}
      </span>
      <span class={`load${full ? ' full' : ''}`}>{t('load', { open: agent.open, limit: agent.limit })}</span>
    </label>
  );
}
