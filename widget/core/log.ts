import type { ConversationEvent, Named, State, VisitorSummary } from './protocol';

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
  /** The highest `seq` that has arrived on the other side. */
  readonly received: number;
  /** The highest `seq` the other side has read. */
  readonly read: number;
}

/** A log that holds nothing and expects `after + 1` next. */
export function emptyLog(conv: string, after = 0): Log {
  return { conv, events: [], first: after + 1, last: after, early: new Map(), state: 'queued', owner: null, received: 0, read: 0 };
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
    ...newer.reduce<Standing>(stand, { state: log.state, owner: log.owner }),
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

/** Sets state, owner and receipts from a summary, unless the log has already seen more than it. */
export function withSummary(log: Log, summary: Pick<VisitorSummary, 'state' | 'owner' | 'last_seq' | 'received_seq' | 'read_seq'>): Log {
  const read = Math.max(log.read, summary.read_seq);
  const received = Math.max(log.received, summary.received_seq);
  const told = { ...log, read, received };
  return summary.last_seq < log.last ? told : { ...told, state: summary.state, owner: summary.owner };
}

/** The other side has received, or read, up to `seq`. */
export function withReceipt(log: Log, what: 'received' | 'read', seq: number): Log {
  return seq > log[what] ? { ...log, [what]: seq } : log;
}

interface Standing {
  readonly state: State;
  readonly owner: Named | null;
}

/** Where a conversation stands after an event. */
function stand(before: Standing, event: ConversationEvent): Standing {
  switch (event.kind) {
    case 'queued':
    case 'agent_lost':
      return { state: 'queued', owner: null };
    case 'assigned':
      return { state: 'active', owner: event.agent ?? null };
    case 'transferred':
      return event.agent ? { state: 'active', owner: event.agent } : { state: 'queued', owner: null };
    case 'closed':
      return { state: 'closed', owner: before.owner };
    case 'message':
    case 'note':
    case 'file':
    case 'edited':
    case 'deleted':
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
