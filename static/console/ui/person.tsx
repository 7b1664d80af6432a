import { UserRound } from 'lucide';
import { times, t } from '../boot';
import { useSurroundings } from './context';
import { Icon } from './icon';

const TONES = 6;

/** A person's initials on a colour that stays theirs. */
export function Avatar({ id, name, online, small = false }: { readonly id: string; readonly name: string; readonly online?: boolean; readonly small?: boolean }) {
  return (
    <span class={`avatar tone-${tone(id)}${small ? ' small' : ''}`} aria-hidden="true">
      {initials(name) || <Icon node={UserRound} size={small ? 14 : 18} />}
      {online === undefined ? null : <span class={`presence ${online ? 'online' : 'offline'}`} />}
    </span>
  );
}

/** First letters of the first and the last word, or one Chinese character; nothing for nobody. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter((word) => word !== '');
  const first = [...(words[0] ?? '')][0];
  if (first === undefined) return '';
  if (/\p{Script=Han}/u.test(first)) return first;
  const last = words.length > 1 ? ([...words.at(-1)!][0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}

/** What to call a visitor. */
export function visitorName(visitor: { readonly name: string }): string {
  return visitor.name.trim() || t('visitor');
}

/** How long ago, kept right. */
export function Ago({ at }: { readonly at: string }) {
  const { clock } = useSurroundings();
  const date = new Date(at);
  return (
    <time dateTime={at} title={times.full(date)}>
      {times.ago(date, clock.minute.value)}
    </time>
  );
}

/** Seconds since a time, running; after an hour only how long ago it was. */
export function Waiting({ since }: { readonly since: string }) {
  const { clock } = useSurroundings();
  const ms = clock.second.value.getTime() - Date.parse(since);
  if (ms > 3_600_000) return <Ago at={since} />;
  const urgency = ms > 180_000 ? ' late' : ms > 60_000 ? ' soon' : '';
  return <span class={`waiting${urgency}`}>{times.stopwatch(ms)}</span>;
}

function tone(id: string): number {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) % 997;
  return sum % TONES;
}
