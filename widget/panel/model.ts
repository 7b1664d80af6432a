import { fates } from '../core/amend';
import { addEvent, emptyLog, isLine, withReceipt, withSummary, type Log } from '../core/log';
import type { Line } from '../core/outbox';
import type { Author, ConversationEvent, EventKind, SiteInfo, VisitorServerFrame } from '../core/protocol';

/** Place in the queue; `wait` is an estimate in minutes, rounded up; without `here` nobody who could answer is. */
export interface Place {
  readonly position: number;
  readonly wait?: { readonly low: number; readonly high: number };
  readonly here: boolean;
}

/** All the panel knows of the chat. A value: frames make a new one. */
export interface Model {
  /** Who we are to the server; `id` is empty before the first `welcome`. */
  readonly me: Author;
  /** How long after saying something it may be changed, ms. */
  readonly editMs: number;
  /** Null before the first `welcome`. */
  readonly site: SiteInfo | null;
  /** The conversation shown; null before there is one. */
  readonly log: Log | null;
  readonly place: Place | null;
  /** Who is writing now. */
  readonly typing: Author | null;
  readonly lines: readonly Line[];
  /** Everything said before we came has arrived: what comes now is news. */
  readonly caughtUp: boolean;
}

/** What is known before the server said anything; `log` is the conversation of an earlier visit. */
export function firstModel(log: Log | null): Model {
  const me: Author = { type: 'visitor', id: '', name: '' };
  return { me, editMs: 0, site: null, log, place: null, typing: null, lines: [], caughtUp: false };
}

/** How much of an old conversation is asked for at once, events. */
export const PAGE = 50;

/** What a frame makes of the model. Answers and other effects are the session's. */
export function reduce(model: Model, frame: VisitorServerFrame): Model {
  switch (frame.t) {
    case 'welcome':
      return welcome(model, frame);
    case 'event':
      return event(model, frame);
    case 'sync':
      return isShown(model, frame.conv) ? { ...model, caughtUp: !frame.more } : model;
    case 'queue':
      // Only who waits for an answer now is told a place.
      return model.log?.conv === frame.conv ? { ...model, log: { ...model.log, kind: 'chat' }, place: place(frame, model.place) } : model;
    case 'typing':
      return isShown(model, frame.conv) && frame.from.type === 'agent' ? { ...model, typing: frame.from } : model;
    case 'received':
    case 'read':
      return model.log && isShown(model, frame.conv) && frame.by.type === 'agent'
        ? { ...model, log: withReceipt(model.log, frame.t, frame.seq) }
        : model;
    case 'reset':
      return model.log && (frame.conv === undefined || isShown(model, frame.conv))
        ? { ...model, log: emptyLog(model.log.conv), caughtUp: false }
        : model;
    case 'ack':
    case 'ok':
    case 'err':
    case 'ping':
    case 'bye':
      return model;
    default:
      // A frame from a newer server.
      return unknownFrame(frame, model);
  }
}

/** The visitor is done with the conversation shown and begins anew. */
export function withoutLog(model: Model): Model {
  return { ...model, log: null, place: null, typing: null };
}

/** How many lines of agents came after `seen`. */
export function unreadAfter(log: Log | null, seen: number): number {
  if (log === null) return 0;
  const amended = fates(log.events);
  return log.events.filter((e) => e.seq > seen && isLine(e.kind) && e.from.type !== 'visitor' && amended.get(e.seq) !== 'deleted').length;
}

/** Whether there is a conversation that is not over. */
export function isOpen(log: Log | null): log is Log {
  return log !== null && log.state !== 'closed';
}

/** Whether who comes now had better leave a message: nobody is here, or it is closed. */
export function isAway(site: SiteInfo | null): boolean {
  return site?.online === false || site?.open === false;
}

/** Whether somebody is here who could answer, as far as we were told. */
export function isHere({ place, site }: Model): boolean {
  return (place?.here ?? site?.online) !== false;
}

/** Whether nobody has the conversation yet; visitors are not told of offers. */
export function isWaiting(log: Log | null): log is Log {
  return log?.state === 'queued' || log?.state === 'offered';
}

function welcome(model: Model, frame: VisitorServerFrame & { t: 'welcome' }): Model {
  const me: Author = { type: 'visitor', id: frame.me.id, name: frame.me.name };
  const summary = frame.conv;
  const base: Model = { ...model, me, editMs: frame.edit_ms, site: frame.site, place: null, typing: null, caughtUp: summary === undefined };
  // The server knows no conversation of ours, whatever we remember.
  if (summary === undefined) return { ...base, log: null };
  // Begun elsewhere: by another tab, or before our memory was lost.
  const log = withSummary(model.log?.conv === summary.id ? model.log : emptyLog(summary.id), summary);
  return { ...base, log, place: isShown(model, summary.id) && isWaiting(log) ? model.place : null };
}

/** With these a conversation that waits has another place. */
const MOVES: ReadonlySet<string> = new Set<EventKind>(['queued', 'transferred']);

function event(model: Model, frame: ConversationEvent): Model {
  const log = isShown(model, frame.conv) ? model.log : isOpen(model.log) ? null : emptyLog(frame.conv);
  if (log === null) return model;
  const next = addEvent(log, frame);
  if (next === model.log) return model;
  return {
    ...model,
    log: next,
    place: isWaiting(next) && !MOVES.has(frame.kind) ? model.place : null,
    typing: model.typing?.id === frame.from.id || next.owner === null ? null : model.typing,
  };
}

/** One never falls back in the queue without being told why: an event does, and then `before` is null. */
function place(frame: VisitorServerFrame & { t: 'queue' }, before: Place | null): Place {
  const { wait_s: wait, here } = frame;
  const position = Math.min(frame.position, before?.position ?? Infinity);
  if (wait === undefined) return { position, here };
  const low = Math.max(1, Math.ceil(wait.low / 60));
  return { position, here, wait: { low, high: Math.max(low, Math.ceil(wait.high / 60)) } };
}

function isShown(model: Model, conv: string): boolean {
  return model.log?.conv === conv;
}

function unknownFrame(_frame: never, model: Model): Model {
  return model;
}
