import { fates } from './amend';
import type { Line } from './outbox';
import { isLine, type Log } from './log';
import type { Author, ConversationEvent, EventKind, FileInfo } from './protocol';

/** One line of a bubble group: stored, or still in the outbox. */
export interface Bubble {
  /** Stays the same when a line goes from outbox to log. */
  readonly key: string;
  readonly text: string;
  /** `sent`: on the server; `received`: on the other side's screen or behind it; `read`: seen there. */
  readonly state: 'sending' | 'failed' | 'sent' | 'received' | 'read';
  readonly note: boolean;
  /** Its text is not the first one. */
  readonly edited: boolean;
  /** It was taken back: there is no text. */
  readonly deleted: boolean;
  /** What was sent in the place of text. */
  readonly file?: FileInfo;
  /** Absent while in the outbox. */
  readonly event?: ConversationEvent;
  /** Absent once stored. */
  readonly line?: Line;
}

/** What a conversation shows, top to bottom. */
export type Item =
  | { readonly type: 'day'; readonly key: string; readonly at: Date }
  | { readonly type: 'system'; readonly key: string; readonly event: ConversationEvent }
  | { readonly type: 'group'; readonly key: string; readonly from: Author; readonly own: boolean; readonly bubbles: readonly Bubble[] };

/** Kinds that get a line of their own; what is in neither list is not shown. */
const SYSTEM: ReadonlySet<string> = new Set<EventKind>([
  'queued',
  'offered',
  'declined',
  'assigned',
  'transferred',
  'agent_lost',
  'agent_silent',
  'returned',
  'joined',
  'left',
  'idle',
  'missed',
  'closed',
]);

/** Lines by one person closer than this are one group, ms. */
const GROUP = 5 * 60_000;

/** How to lay a conversation out. */
export interface ThreadOptions {
  /** Who is looking: their outbox lines are shown under this name, and their events as `own`. */
  readonly me: Author;
  /** Whether an event is the looker's own side; by default: same type and id as `me`. */
  own?(from: Author): boolean;
  /** Whether two times are on one day, in the looker's zone. */
  sameDay(a: Date, b: Date): boolean;
}

/**
 * Lays a log and the outbox out as day lines, system lines and groups of bubbles. A line whose event
 * has arrived is shown once.
 */
export function thread(log: Log, lines: readonly Line[], options: ThreadOptions): readonly Item[] {
  const items: Item[] = [];
  const own = options.own ?? ((from: Author) => from.type === options.me.type && from.id === options.me.id);
  const amended = fates(log.events);
  let before: Date | undefined;
  for (const event of log.events) {
    if (event.kind === 'edited' || event.kind === 'deleted') continue;
    const at = new Date(event.at);
    if (before === undefined || !options.sameDay(before, at)) items.push({ type: 'day', key: `day-${event.seq}`, at });
    const joined = before !== undefined && at.getTime() - before.getTime() < GROUP;
    before = at;
    if (!isLine(event.kind) && event.kind !== 'note') {
      if (SYSTEM.has(event.kind)) items.push({ type: 'system', key: `event-${event.seq}`, event });
      continue;
    }
    const mine = own(event.from);
    const state = !mine ? 'sent' : event.seq <= log.read ? 'read' : event.seq <= log.received ? 'received' : 'sent';
    const key = event.cid ?? `event-${event.seq}`;
    const fate = amended.get(event.seq);
    const deleted = fate === 'deleted';
    const text = deleted ? '' : (fate?.text ?? event.text ?? '');
    const edited = fate !== undefined && !deleted;
    push(items, event.from, mine, { key, text, state, note: event.kind === 'note', edited, deleted, event, ...shown(deleted ? undefined : event.file) }, joined);
  }
  const stored = new Set(log.events.map((event) => event.cid));
  for (const line of lines) {
    const empty = line.text === '' && !line.file;
    if (line.conv !== log.conv || stored.has(line.cid) || empty) continue;
    push(items, options.me, true, { key: line.cid, text: line.text, state: line.state, note: line.note === true, edited: false, deleted: false, line, ...shown(line.file) }, true);
  }
  return items;
}

function shown(file: FileInfo | undefined): { readonly file?: FileInfo } {
  return file ? { file } : {};
}

function push(items: Item[], from: Author, own: boolean, bubble: Bubble, joined: boolean): void {
  const last = items.at(-1);
  const same = joined && last?.type === 'group' && last.own === own && last.from.id === from.id && last.bubbles[0]?.note === bubble.note;
  if (same) items[items.length - 1] = { ...last, bubbles: [...last.bubbles, bubble] };
  else items.push({ type: 'group', key: `group-${bubble.key}`, from, own, bubbles: [bubble] });
}
