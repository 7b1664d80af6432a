import type { Named, Summary } from '../../widget/core/protocol';

/** The lists of the console. */
export type Tab = 'queue' | 'mine' | 'messages' | 'all';

/** In the order they are shown. */
export const TABS: readonly Tab[] = ['queue', 'mine', 'messages', 'all'];

/** Ids by list, each in its own order. */
export type Lists = Readonly<Record<Tab, readonly string[]>>;

/** Whether the visitor waits for somebody: nobody has it yet, though it may ring at an agent. */
export function isWaiting(summary: Summary): boolean {
  return summary.kind === 'chat' && (summary.state === 'queued' || summary.state === 'offered');
}

/** Whether it was left while nobody could answer, and nobody has taken it since. */
export function isLeft(summary: Summary): boolean {
  return summary.kind === 'message' && summary.state === 'queued';
}

/** Whether somebody has it and it is theirs. */
export function isMine(summary: Summary, me: string | undefined): boolean {
  return summary.state === 'active' && me !== undefined && summary.owner?.id === me;
}

/** Whether somebody is in it as a second agent. */
export function isGuest(summary: Summary, me: string | undefined): boolean {
  return summary.state === 'active' && summary.guests?.some(({ id }) => id === me) === true;
}

/** Whether somebody may answer in it: the owner, and who was invited. */
export function mayAnswer(summary: Summary, me: string | undefined): boolean {
  return isMine(summary, me) || isGuest(summary, me);
}

/** Whether it rings at somebody. */
export function ringsAt(summary: Summary, me: string | undefined): boolean {
  return summary.state === 'offered' && me !== undefined && summary.owner?.id === me;
}

/** The colleague who has it or at whom it rings; undefined when that is nobody, or me. */
export function colleagueOf(summary: Summary, me: string | undefined): Named | undefined {
  return summary.owner && summary.owner.id !== me && summary.state !== 'closed' ? summary.owner : undefined;
}

/** Sorts open conversations into the lists: who waits in the order of service, the others by latest line. */
export function sortLists(convs: Iterable<Summary>, me: string | undefined): Lists {
  const open = [...convs].filter((summary) => summary.state !== 'closed');
  const recent = open.map((summary) => ({ summary, at: summary.last?.at ?? summary.queued_at }));
  recent.sort((a, b) => compare(b.at, a.at) || compare(a.summary.id, b.summary.id));
  return {
    // What rings at me is shown on its own.
    queue: inOrder(open.filter((summary) => isWaiting(summary) && !ringsAt(summary, me))),
    mine: recent.filter(({ summary }) => mayAnswer(summary, me)).map(({ summary }) => summary.id),
    messages: inOrder(open.filter(isLeft)),
    all: recent.map(({ summary }) => summary.id),
  };
}

/** What rings at an agent, in the order of service. */
export function ringing(convs: Iterable<Summary>, me: string | undefined): readonly string[] {
  return inOrder([...convs].filter((summary) => ringsAt(summary, me)));
}

/** The order of service: priority, then arrival. */
function inOrder(waiting: Summary[]): readonly string[] {
  return waiting.sort((a, b) => b.priority - a.priority || compare(a.queued_at, b.queued_at) || compare(a.id, b.id)).map(({ id }) => id);
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

/** How many chats somebody has: as a guest one has none. */
export function loadOf(convs: Iterable<Summary>, me: string | undefined): number {
  let sum = 0;
  for (const summary of convs) if (isMine(summary, me)) sum += 1;
  return sum;
}
