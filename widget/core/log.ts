import type { ConversationEvent, Kind, Named, State, Time, VisitorSummary } from './protocol';

/**
 * What is held of one conversation's log: an unbroken stretch of events from `first` to `last`, and those
 * that came early. A value: every change makes a new one.
 */
export interface Log {
  readonly conv: string;
  /** The stretch to show, by `seq`, without a hole. */
  readonly events: readonly ConversationEvent[];
  /** The `seq` of the first event held; `last + 1` while none is. */
  readonly first: number;
  /** The `seq` of the last event held: what `hello` and `get` say as `after`. */
  readonly last: number;
  /** Events that do not touch the stretch yet. */
  readonly early: ReadonlyMap<number, ConversationEvent>;
  readonly state: State;
  /** Who has it; null while it waits, and after the close when nobody had it. */
  readonly owner: Named | null;
  readonly kind: Kind;
  /** When it closes unless the visitor writes; null before they were warned. */
  readonly closesAt: Time | null;
  /** The highest `seq` that has arrived on the other side. */
  readonly received: number;
  /** The highest `seq` the other side has read. */
  readonly read: number;
}

/** A log that holds nothing and expects `after + 1` next. */
export function emptyLog(conv: string, after = 0): Log {
  return { conv, events: [], first: after + 1, last: after, early: new Map(), ...WAITS, kind: 'chat', received: 0, read: 0 };
}

/**
 * Takes an event in: one already held is dropped, the next (or the one before the first) is shown
 * together with those that waited for it, any other is held.
 */
export function addEvent(log: Log, event: ConversationEvent): Log {
  if (event.conv !== log.conv || event.seq < 1) return log;
  if (event.seq >= log.first && event.seq <= log.last) return log;
  const early = new Map(log.early).set(event.seq, event);
  const newer = take(early, log.last + 1, 1);
  const older = take(early, log.first - 1, -1).reverse();
  if (newer.length + older.length === 0) return { ...log, early };
  return {
    ...log,
    ...newer.reduce<Standing>(stand, log),
    events: [...older, ...log.events, ...newer],
    first: log.first - older.length,
    last: log.last + newer.length,
    early,
  };
}

/** Whether events of a kind are what somebody said, in words or by a file. */
export function isLine(kind: string): boolean {
  return kind === 'message' || kind === 'file';
}

/** Takes several in, for example a page of `GET .../messages`. */
export function addEvents(log: Log, events: readonly ConversationEvent[]): Log {
  return events.reduce(addEvent, log);
}

/** What to `get` so that the events held early can be shown; undefined when nothing is missing. */
export function missing(log: Log): { readonly after: number } | { readonly before: number } | undefined {
  const seqs = [...log.early.keys()];
  if (seqs.some((seq) => seq > log.last)) return { after: log.last };
  return seqs.length > 0 ? { before: log.first } : undefined;
}

/** Sets where it stands, and receipts, from a summary, unless the log has already seen more than it. */
export function withSummary(log: Log, summary: SummaryStanding): Log {
  const read = Math.max(log.read, summary.read_seq);
  const received = Math.max(log.received, summary.received_seq);
  const told = { ...log, read, received };
  // The server takes a warning back only when its time has come: what we hold may know that somebody wrote.
  const closesAt = summary.last_seq > log.last ? (summary.closes_at ?? null) : log.closesAt;
  return summary.last_seq < log.last ? told : { ...told, state: summary.state, owner: summary.owner, kind: summary.kind ?? 'chat', closesAt };
}

/** The other side has received, or read, up to `seq`. */
export function withReceipt(log: Log, what: 'received' | 'read', seq: number): Log {
  return seq > log[what] ? { ...log, [what]: seq } : log;
}

/** What of a summary a log is about. */
export type SummaryStanding = Pick<VisitorSummary, 'state' | 'owner' | 'last_seq' | 'received_seq' | 'read_seq'> &
  Partial<Pick<VisitorSummary, 'kind' | 'closes_at'>>;

type Standing = Pick<Log, 'state' | 'owner' | 'kind' | 'closesAt'>;

/** Nobody has it. */
const WAITS = { state: 'queued', owner: null, closesAt: null } as const;

/** Where a conversation stands after an event. */
function stand(before: Standing, event: ConversationEvent): Standing {
  switch (event.kind) {
    case 'queued':
      return { ...WAITS, kind: 'chat' };
    case 'missed':
      return { ...WAITS, kind: 'message' };
    case 'declined':
    case 'agent_lost':
    case 'agent_silent':
      return { ...before, ...WAITS };
    case 'offered':
      return { ...before, state: 'offered', owner: event.agent ?? null };
    case 'assigned':
    case 'returned':
      return { ...before, state: 'active', owner: event.agent ?? null, closesAt: null };
    case 'transferred':
      return event.agent ? { ...before, state: 'active', owner: event.agent, closesAt: null } : { ...before, ...WAITS };
    case 'closed':
      return { ...before, state: 'closed', closesAt: null };
    case 'idle':
      return { ...before, closesAt: event.until ?? null };
    case 'message':
    case 'file':
      return { ...before, closesAt: null };
    case 'note':
    case 'edited':
    case 'deleted':
    case 'joined':
    case 'left':
      return before;
    default:
      // A kind from a newer server: counted, nothing else.
      return unknownKind(event.kind, before);
  }
}

function unknownKind(_kind: never, before: Standing): Standing {
  return before;
}

/** Takes the unbroken run that begins at `seq` out of `early`. */
function take(early: Map<number, ConversationEvent>, seq: number, step: 1 | -1): ConversationEvent[] {
  const run: ConversationEvent[] = [];
  for (let next = early.get(seq); next !== undefined; next = early.get(seq)) {
    run.push(next);
    early.delete(seq);
    seq += step;
  }
  return run;
}
