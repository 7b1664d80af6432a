import { useState } from 'preact/hooks';
import type { Colleague } from '../../../widget/core/protocol';
import { t } from '../boot';
import { choices, obstacle, type Purpose } from '../colleagues';
import { useSurroundings } from './context';
import { Avatar } from './person';

/** From as many colleagues on there is a field to find one. */
const MANY = 8;

interface AgentsProps {
  readonly agents: readonly Colleague[];
  readonly purpose: Purpose;
  /** Who is not offered, besides oneself. */
  readonly but: readonly string[];
  readonly chosen: string | undefined;
  onChoose(agent: string): void;
}

/** Colleagues to choose one of; who cannot be chosen is shown with the reason. */
export function Agents({ agents, purpose, but, chosen, onChoose }: AgentsProps) {
  const { store } = useSurroundings();
  const [find, setFind] = useState('');
  const wanted = find.trim().toLocaleLowerCase();
  const all = choices(agents, store.presence.value, purpose, new Set([...but, store.me.value?.id ?? '']));
  const shown = all.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  return (
    <fieldset>
      <legend>{t('transfer.agents')}</legend>
      {all.length >= MANY ? (
        <input type="search" value={find} placeholder={t('transfer.find')} aria-label={t('transfer.find')} onInput={(event) => setFind(event.currentTarget.value)} />
      ) : null}
      <div class="choices">
        {shown.map((agent) => (
          <Choice key={agent.id} agent={agent} purpose={purpose} chosen={agent.id === chosen} onChoose={() => onChoose(agent.id)} />
        ))}
        {shown.length === 0 ? <p class="quiet">{t('transfer.nobody')}</p> : null}
      </div>
    </fieldset>
  );
}

interface ChoiceProps {
  readonly agent: Colleague;
  readonly purpose: Purpose;
  readonly chosen: boolean;
  onChoose(): void;
}

function Choice({ agent, purpose, chosen, onChoose }: ChoiceProps) {
  const barred = obstacle(agent, purpose);
  return (
    <label class={`choice${barred === undefined ? '' : ' barred'}`}>
      <input type="radio" name="target" disabled={barred !== undefined} checked={chosen} onChange={onChoose} />
      <Avatar id={agent.id} name={agent.name} small />
      <span class="choice-who">
        <span class="choice-name clip">{agent.name}</span>
        <span class="choice-state">
          <span class={`dot ${agent.status}`} /> {barred === undefined ? t('status.online') : t(`left_out.${barred}`)}
        </span>
      </span>
      <span class={`load${agent.open >= agent.limit ? ' full' : ''}`}>{t('load', { open: agent.open, limit: agent.limit })}</span>
    </label>
  );
}
