import { Check, PhoneIncoming, X } from 'lucide';
import type { Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { useSurroundings } from './context';
import { Icon } from './icon';
import { Avatar, visitorName } from './person';

/** What rings at us, on top of the list. */
export function RingCards() {
  const { store } = useSurroundings();
  const rings = useRings();
  if (rings.length === 0) return null;
  return (
    <ul class="rings" aria-label={t('rings')}>
      {rings.map((summary) => (
        <li class="ring" key={summary.id}>
          <button type="button" class="ring-who" onClick={() => store.go(summary.id)}>
            <Avatar id={summary.visitor.id} name={summary.visitor.name} online={summary.visitor.online} />
            <span class="ring-text">
              <span class="ring-name">
                <Icon node={PhoneIncoming} size={14} /> <span class="clip">{visitorName(summary.visitor)}</span>
              </span>
              <span class="ring-line">{summary.last?.text ?? t('row.nothing')}</span>
              {summary.department ? <span class="ring-place clip">{summary.department.name}</span> : null}
            </span>
          </button>
          <Answers summary={summary} />
        </li>
      ))}
    </ul>
  );
}

/** The same in one line each, for where the list is not seen; never takes the focus. */
export function RingBar() {
  const rings = useRings();
  if (rings.length === 0) return null;
  return (
    <ul class="ring-bar" aria-label={t('rings')}>
      {rings.map((summary) => (
        <li key={summary.id}>
          <Icon node={PhoneIncoming} size={16} />
          <span class="ring-bar-text">
            <span class="ring-bar-name clip">{visitorName(summary.visitor)}</span>
            <span class="clip">{summary.last?.text ?? t('row.nothing')}</span>
          </span>
          <Answers summary={summary} />
        </li>
      ))}
    </ul>
  );
}

function useRings(): readonly Summary[] {
  const { store } = useSurroundings();
  const convs = store.convs.value;
  return store.rings.value.map((id) => convs.get(id)).filter((summary) => summary !== undefined);
}

/** The two answers, and how long there is to give one. */
export function Answers({ summary }: { readonly summary: Summary }) {
  const { store } = useSurroundings();
  const busy = store.busy.value === `ring:${summary.id}`;
  const name = visitorName(summary.visitor);
  return (
    <span class="ring-answers">
      {summary.offer_until === undefined ? null : <Left until={summary.offer_until} />}
      <button type="button" class="button" disabled={busy} aria-label={t('ring.decline.of', { name })} onClick={() => void store.moves.decline(summary.id)}>
        <Icon node={X} size={16} /> {t('ring.decline')}
      </button>
      <button type="button" class="button primary" disabled={busy} aria-label={t('ring.accept.of', { name })} onClick={() => void store.moves.accept(summary.id)}>
        <Icon node={Check} size={16} /> {t('ring.accept')}
      </button>
    </span>
  );
}

/** Time that is left, running down. */
export function Left({ until }: { readonly until: string }) {
  const { clock } = useSurroundings();
  const ms = Date.parse(until) - clock.second.value.getTime();
  const count = Math.max(0, Math.ceil(ms / 1_000));
  return (
    <span class={`left${count <= 5 ? ' late' : ''}`} role="timer">
      {t('seconds', { count })}
    </span>
  );
}
