import { addEvent, emptyLog, withReceipt, withSummary, type Log } from '../../widget/core/log';
import type { AgentServerFrame, Author, Availability, ConversationEvent, Me, Summary } from '../../widget/core/protocol';
import { TYPING_LAPSE } from '../../widget/core/typing';

/** Somebody who is writing, until it lapses. */
export interface Typing {
  readonly from: Author;
  /** What is written so far, where the site lets agents see it. */
  readonly text: string;
  /** On this browser's clock, ms. */
  readonly until: number;
}

/** An agent as colleagues see them. */
export interface Presence {
  readonly status: Availability;
  readonly accepting: boolean;
}

/** All the console knows from the server. A value: every change makes a new one. */
export interface ConsoleState {
  /** Null until the first `welcome`. */
  readonly me: Me | null;
  /** Names the life of the logs: docs/protocol.md, 'Numbers in a conversation'. */
  readonly epoch: string;
  /** How long after saying something it may be changed, ms. */
  readonly editMs: number;
  /** All open conversations there are to see, and the closed ones that were looked at. */
  readonly convs: ReadonlyMap<string, Summary>;
  /** Logs of the conversations looked at last, the latest at the end. */
  readonly logs: ReadonlyMap<string, Log>;
  /** By conversation. */
  readonly typing: ReadonlyMap<string, Typing>;
  /** What became known of colleagues, and of how they see us, since the last `welcome`, by id. */
  readonly presence: ReadonlyMap<string, Presence>;
}

/** Everything that changes the state. */
export type Action =
  | { readonly type: 'frame'; readonly frame: AgentServerFrame; readonly now: number }
  /** An answer of the HTTP API. */
  | { readonly type: 'summary'; readonly summary: Summary }
  | { readonly type: 'me'; readonly me: Me }
  /** The server knows that somebody is at the desk. */
  | { readonly type: 'here'; readonly me: Me }
  /** A conversation is looked at: keep its log from here on. */
  | { readonly type: 'open'; readonly conv: string; readonly lastSeq: number }
  /** The server has a line of ours; its event may come later. */
  | { readonly type: 'acked'; readonly event: ConversationEvent }
  /** We have read everything in it. */
  | { readonly type: 'seen'; readonly conv: string }
  | { readonly type: 'lapse'; readonly now: number };

/** Logs held at once; older ones are asked for anew. */
const LOGS = 12;

/** Knows nothing yet. */
export const initialState: ConsoleState = {
  me: null,
  epoch: '',
  editMs: 0,
  convs: new Map(),
  logs: new Map(),
  typing: new Map(),
  presence: new Map(),
};

/** The state after an action. What did not change stays identical, so views can compare. */
export function reduce(state: ConsoleState, action: Action): ConsoleState {
  switch (action.type) {
    case 'frame':
      return hear(state, action.frame, action.now);
    case 'summary':
      return withAnswer(state, action.summary);
    case 'me':
      return { ...state, me: action.me };
    case 'here':
      return { ...state, me: action.me, presence: without(state.presence, action.me.id) };
    case 'open': {
      const log = state.logs.get(action.conv) ?? emptyLog(action.conv, action.lastSeq);
      const summary = state.convs.get(action.conv);
      const others = [...state.logs].filter(([conv]) => conv !== action.conv).slice(1 - LOGS);
      return { ...state, logs: new Map([...others, [action.conv, summary ? withSummary(log, summary) : log]]) };
    }
    case 'acked':
      return withEvent(state, action.event);
    case 'seen': {
      const summary = state.convs.get(action.conv);
      return summary && summary.unread > 0 ? { ...state, convs: put(state.convs, summary.id, { ...summary, unread: 0 }) } : state;
    }
    case 'lapse': {
      const left = [...state.typing].filter(([, typing]) => typing.until > action.now);
      return left.length === state.typing.size ? state : { ...state, typing: new Map(left) };
    }
  }
}

function hear(state: ConsoleState, frame: AgentServerFrame, now: number): ConsoleState {
  switch (frame.t) {
    case 'welcome':
      return welcome(state, frame);
    case 'conv': {
      const { t: _, ...summary } = frame;
      return withConv(state, summary);
    }
    case 'event':
      return withEvent(state, frame);
    case 'typing': {
      if (frame.from.type === 'agent' && frame.from.id === state.me?.id) return state;
      return { ...state, typing: put(state.typing, frame.conv, { from: frame.from, text: frame.text ?? '', until: now + TYPING_LAPSE }) };
    }
    case 'received':
    case 'read':
      return frame.by.type === 'visitor' ? receipt(state, frame.conv, frame.t, frame.seq) : state;
    case 'presence':
      return 'agent' in frame ? agentPresence(state, frame.agent, frame) : visitorPresence(state, frame.visitor, frame.online);
    case 'reset':
      return { ...state, epoch: frame.epoch, logs: frame.conv === undefined ? new Map() : without(state.logs, frame.conv) };
    case 'ack':
    case 'sync':
    case 'ok':
    case 'err':
    case 'ping':
    case 'bye':
      return state;
    default:
      // A frame of a newer server.
      return unknownFrame(frame, state);
  }
}

function unknownFrame(_frame: never, state: ConsoleState): ConsoleState {
  return state;
}

/** The snapshot replaces all that is open. Logs live on (`hello` said how far they reach), unless they are of another epoch. */
function welcome(state: ConsoleState, frame: Extract<AgentServerFrame, { t: 'welcome' }>): ConsoleState {
  const closed = [...state.convs].filter(([, summary]) => summary.state === 'closed');
  const convs = new Map([...closed, ...frame.convs.map((summary) => [summary.id, summary] as const)]);
  const same = state.epoch === '' || state.epoch === frame.epoch;
  const logs = new Map<string, Log>();
  for (const [conv, log] of same ? state.logs : []) {
    const summary = convs.get(conv);
    logs.set(conv, summary ? withSummary(log, summary) : log);
  }
  // What was heard of colleagues may have changed meanwhile.
  return { ...state, me: frame.me, epoch: frame.epoch, editMs: frame.edit_ms, convs, logs, typing: new Map(), presence: new Map() };
}

/** Takes a summary in, unless a newer one is held: an answer over HTTP may be overtaken by a frame. */
function withConv(state: ConsoleState, summary: Summary): ConsoleState {
  const held = state.convs.get(summary.id);
  if (held && (held.fence > summary.fence || (held.fence === summary.fence && held.last_seq > summary.last_seq))) return state;
  const log = state.logs.get(summary.id);
  return {
    ...state,
    convs: put(state.convs, summary.id, summary),
    logs: log ? put(state.logs, summary.id, withSummary(log, summary)) : state.logs,
    typing: summary.state === 'closed' ? without(state.typing, summary.id) : state.typing,
  };
}

/**
 * Of the same age, a frame is never behind an answer over HTTP, which may be old in what it says of reading and
 * presence. All else that changes makes it newer.
 */
function withAnswer(state: ConsoleState, summary: Summary): ConsoleState {
  const held = state.convs.get(summary.id);
  return held && held.fence === summary.fence && held.last_seq === summary.last_seq ? state : withConv(state, summary);
}

function withEvent(state: ConsoleState, event: ConversationEvent): ConsoleState {
  const log = state.logs.get(event.conv);
  const typing = state.typing.get(event.conv)?.from.id === event.from.id ? without(state.typing, event.conv) : state.typing;
  if (!log) return typing === state.typing ? state : { ...state, typing };
  const next = addEvent(log, event);
  return next === log ? state : { ...state, typing, logs: put(state.logs, event.conv, next) };
}

function receipt(state: ConsoleState, conv: string, what: 'received' | 'read', seq: number): ConsoleState {
  const log = state.logs.get(conv);
  const summary = state.convs.get(conv);
  return {
    ...state,
    logs: log ? put(state.logs, conv, withReceipt(log, what, seq)) : state.logs,
    convs: summary && seq > summary[`${what}_seq`] ? put(state.convs, conv, { ...summary, [`${what}_seq`]: seq }) : state.convs,
  };
}

/**
 * Our own presence is news: another tab chose, or nobody is at the desk. What we chose is not in it, since an
 * empty desk looks like a choice to be away: the store asks.
 */
function agentPresence(state: ConsoleState, agent: string, { status, accepting }: Presence): ConsoleState {
  const me = state.me?.id === agent ? { ...state.me, accepting } : state.me;
  return { ...state, me, presence: put(state.presence, agent, { status, accepting }) };
}

/** Whether colleagues see us as away though we chose to be here: nobody is at the desk. */
export function deskIsEmpty({ me, presence }: Pick<ConsoleState, 'me' | 'presence'>): boolean {
  return me?.status === 'online' && presence.get(me.id)?.status === 'away';
}

function visitorPresence(state: ConsoleState, visitor: string, online: boolean): ConsoleState {
  const theirs = [...state.convs.values()].filter((s) => s.visitor.id === visitor && s.visitor.online !== online);
  if (theirs.length === 0) return state;
  const convs = new Map(state.convs);
  for (const summary of theirs) convs.set(summary.id, { ...summary, visitor: { ...summary.visitor, online } });
  return { ...state, convs };
}

function put<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
