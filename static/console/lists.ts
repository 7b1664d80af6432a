import type { Summary } from '../../widget/core/protocol';

/** The three lists of the console. */
export type Tab = 'queue' | 'mine' | 'all';

/** In the order they are shown. */
export const TABS: readonly Tab[] = ['queue', 'mine', 'all'];

/** Ids by list, each in its own order. */
export type Lists = Readonly<Record<Tab, readonly string[]>>;

/** Whether nobody has it yet. */
export function isWaiting(summary: Summary): boolean {
  return summary.state === 'queued' || summary.state === 'offered';
}

/** Whether somebody has it and it is theirs. */
export function isMine(summary: Summary, me: string | undefined): boolean {
  return summary.state === 'active' && me !== undefined && summary.owner?.id === me;
}

/** Sorts open conversations into the lists: the queue by longest waiting, the others by latest line. */
export function sortLists(convs: Iterable<Summary>, me: string | undefined): Lists {
  const open = [...convs].filter((summary) => summary.state !== 'closed');
  const recent = open.map((summary) => ({ summary, at: summary.last?.at ?? summary.queued_at }));
  recent.sort((a, b) => compare(b.at, a.at) || compare(a.summary.id, b.summary.id));
  const waiting = open.filter(isWaiting).sort((a, b) => compare(a.queued_at, b.queued_at) || compare(a.id, b.id));
  return {
    queue: waiting.map(({ id }) => id),
    mine: recent.filter(({ summary }) => isMine(summary, me)).map(({ summary }) => summary.id),
    all: recent.map(({ summary }) => summary.id),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The order to show: as wanted, but a row that is held (under the pointer or the focus) keeps its place,
 * so that nobody clicks on what was another row a moment ago.
 */
export function holdInPlace(wanted: readonly string[], shown: readonly string[], held: string | undefined): readonly string[] {
  if (held === undefined || !wanted.includes(held)) return wanted;
  const place = shown.indexOf(held);
  if (place < 0) return wanted;
  const others = wanted.filter((id) => id !== held);
  return [...others.slice(0, place), held, ...others.slice(place)];
}

/** Whether two orders are the same. */
export function sameOrder(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

/** How many of my visitors' lines are unread. */
export function unreadOfMine(convs: Iterable<Summary>, me: string | undefined): number {
  let sum = 0;
  for (const summary of convs) if (isMine(summary, me)) sum += summary.unread;
  return sum;
}
