/**
 * The wire `foyer.v1` as types: what console and widget say to the server and hear from it.
 * docs/protocol.md tells the rules; this file only the shapes. No code, no DOM.
 */

/** A point in time: RFC 3339, UTC, milliseconds. Always the server's clock. */
export type Time = string;

/** Who said or did something. `id` and `name` are empty for the system. */
export interface Author {
  readonly type: 'visitor' | 'agent' | 'system';
  readonly id: string;
  readonly name: string;
}

/** Somebody or something by id, with the name to show. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

export type State = 'queued' | 'offered' | 'active' | 'closed';

/** A `chat` is live. A `message` was left while nobody could answer: it waits apart from the queue until an agent takes it. */
export type Kind = 'chat' | 'message';

/** Kinds of events in a conversation's log. A client shows nothing for kinds it does not know, but counts them. */
export type EventKind =
  | 'message'
  | 'note'
  | 'file'
  | 'queued'
  | 'offered'
  | 'declined'
  | 'assigned'
  | 'transferred'
  | 'agent_lost'
  | 'agent_silent'
  | 'returned'
  | 'joined'
  | 'left'
  | 'idle'
  | 'missed'
  | 'closed'
  | 'edited'
  | 'deleted';

/** Something that was uploaded, and, in an event, sent. */
export interface FileInfo {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** What its content is, as a MIME type. */
  readonly type: string;
  /** Pixels of a picture that may be shown; absent for everything else. */
  readonly width?: number;
  readonly height?: number;
  /** Where agents fetch it; visitors ask `url` + `/link` for a link. */
  readonly url: string;
}

/**
 * One entry of a conversation's log. `seq` runs 1, 2, 3... without a hole, counted apart for
 * agents (everything) and visitors (what they may see).
 */
export interface ConversationEvent {
  readonly t: 'event';
  readonly conv: string;
  readonly seq: number;
  readonly kind: EventKind;
  readonly at: Time;
  readonly from: Author;
  /** What was said: `message`, `note`; what it says now: `edited`. At most 4,000 characters, as typed. */
  readonly text?: string;
  /** The sender's own id of the line: `message`, `note`, `file`. */
  readonly cid?: string;
  /** What was sent: `file`. */
  readonly file?: FileInfo;
  /** Whom it is about: who has it now (`assigned`, `transferred`), who was lost, was silent, came, left. */
  readonly agent?: Named;
  /** Where it waits now: `queued`, `transferred` to a department. */
  readonly department?: Named;
  /** Why it happened, where a kind can have several causes: docs/protocol.md lists them. */
  readonly cause?: string;
  /** `offered`: until when it rings; `idle`: when it closes unless the visitor writes. */
  readonly until?: Time;
  /** Why it was closed, in the closer's words; may be empty. */
  readonly reason?: string;
  /** The `seq` of the line it is about: `edited`, `deleted`. */
  readonly target?: number;
  /** The line was taken back later: there is no text any more. */
  readonly deleted?: boolean;
}

/** The last line said in a conversation. */
export interface LastLine {
  readonly seq: number;
  readonly text: string;
  readonly at: Time;
  readonly from: Author;
}

/** What a visitor hears of their conversation. */
export interface VisitorSummary {
  readonly id: string;
  readonly kind: Kind;
  readonly state: State;
  /** The agent who has it; null while it waits or when nobody ever had it. */
  readonly owner: Named | null;
  /** When it closes unless the visitor writes; after the warning. */
  readonly closes_at?: Time;
  readonly department?: Named;
  readonly queued_at: Time;
  readonly assigned_at?: Time;
  readonly closed_at?: Time;
  /** The visitor's count of events. */
  readonly last_seq: number;
  /** Lines of agents after the visitor's last `read`. */
  readonly unread: number;
  /** The highest of the visitor's `seq` that the agent's console has. */
  readonly received_seq: number;
  /** The highest of the visitor's `seq` that the agent has read. */
  readonly read_seq: number;
}

/** What an agent hears of a conversation. */
export interface Summary {
  readonly id: string;
  readonly kind: Kind;
  readonly state: State;
  /** Who has it; while it is `offered`, the agent it rings at. */
  readonly owner: Named | null;
  /** Grows with every change of state or owner. */
  readonly fence: number;
  /** -9 to 9, higher is served first. */
  readonly priority: number;
  /** Second agents, who were invited; absent when there are none. */
  readonly guests?: readonly Named[];
  /** Until when it rings; while it is `offered`. */
  readonly offer_until?: Time;
  /** When it closes unless the visitor writes; after the warning. */
  readonly closes_at?: Time;
  readonly department?: Named;
  readonly visitor: { readonly id: string; readonly name: string; readonly online: boolean };
  readonly site: Named;
  /** First arrival: it does not change when a conversation comes back to the queue. */
  readonly queued_at: Time;
  readonly assigned_at?: Time;
  readonly closed_at?: Time;
  readonly last: LastLine | null;
  readonly last_seq: number;
  /** The visitor's lines after the owner's last `read`. */
  readonly unread: number;
  /** The highest `seq` the visitor's browser has. */
  readonly received_seq: number;
  /** The highest `seq` the visitor has read. */
  readonly read_seq: number;
}

/** `GET /api/v1/conversations/{id}`: a summary with what the details pane shows. */
export interface Details extends Summary {
  readonly person: {
    readonly email: string;
    readonly locale: string;
    readonly user_agent: string;
    readonly page: { readonly url: string; readonly title: string; readonly referrer: string };
    readonly first_seen_at: Time;
    /** What the visitor filled in besides name and e-mail. */
    readonly fields: Readonly<Record<string, string>>;
    /** How many conversations this visitor ever began, this one included. */
    readonly conversations: number;
  };
}

/** What an agent chose, or, in `presence`, what that and the connection come to. */
export type Availability = 'online' | 'away' | 'offline';

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'owner' | 'admin' | 'supervisor' | 'agent';
  /** What the agent wants to be; neither a lost connection nor an empty desk changes it. */
  readonly status: Availability;
  /** Whether new chats may come; apart from `status`. */
  readonly accepting: boolean;
  /** With nobody at the desk for so long the agent counts as away, ms; 0 is never. */
  readonly auto_away_ms: number;
  /** How many conversations may be theirs at once. */
  readonly limit: number;
  readonly account: Named;
}

/** `GET /api/v1/agents`. */
export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly role: Me['role'];
  /** `offline` also when connected nowhere, `away` also when nobody is at the desk. */
  readonly status: Availability;
  readonly accepting: boolean;
  readonly open: number;
  readonly limit: number;
}

export type ErrorCode =
  | 'bad_frame'
  | 'too_long'
  | 'not_found'
  | 'forbidden'
  | 'conflict'
  | 'not_eligible'
  | 'at_capacity'
  | 'cid_conflict'
  | 'closed'
  | 'rate_limited'
  | 'unavailable';

/** What the panel learns of the site it stands on. */
export interface SiteInfo {
  readonly name: string;
  /** Whether at least one agent is there to answer now. */
  readonly online: boolean;
  /** Whether these are opening hours. */
  readonly open: boolean;
  /** When they begin again; absent while they last, and when they never do. */
  readonly opens_at?: Time;
  /** Whether unsent text may be shown to the agent. */
  readonly typing_preview: boolean;
}

/** Said to both visitors and agents. */
export type CommonFrame =
  | ConversationEvent
  | { readonly t: 'ack'; readonly cid: string; readonly conv: string; readonly seq: number; readonly at: Time; readonly dup?: boolean }
  /** The end of a replay; `id` when it answers a `get`. `from` and `to` are 0 when nothing was sent. */
  | { readonly t: 'sync'; readonly id?: string; readonly conv: string; readonly from: number; readonly to: number; readonly more: boolean }
  | { readonly t: 'typing'; readonly conv: string; readonly from: Author; readonly text?: string }
  | { readonly t: 'read' | 'received'; readonly conv: string; readonly seq: number; readonly by: Author }
  | { readonly t: 'ok'; readonly id: string; readonly conv?: string }
  | { readonly t: 'err'; readonly id?: string; readonly cid?: string; readonly code: ErrorCode; readonly message: string; readonly retry_ms?: number }
  | { readonly t: 'ping'; readonly n: number }
  | { readonly t: 'reset'; readonly epoch: string; readonly conv?: string }
  | { readonly t: 'bye'; readonly code: string; readonly retry_ms: readonly [number, number] };

/** Said to visitors. */
export type VisitorServerFrame =
  | CommonFrame
  | {
      readonly t: 'welcome';
      readonly epoch: string;
      readonly ping_ms: number;
      readonly dead_ms: number;
      /** How long after saying something one may edit or delete it; 0 is never. */
      readonly edit_ms: number;
      readonly me: Named;
      /** Only when it is new: keep it and say it in the next `hello`. */
      readonly token?: string;
      readonly site: SiteInfo;
      readonly conv?: VisitorSummary;
    }
  /** Place in the queue, 1 is next; `wait_s` is an estimate in seconds; without `here` nobody who could answer is. */
  | {
      readonly t: 'queue';
      readonly conv: string;
      readonly position: number;
      readonly wait_s?: { readonly low: number; readonly high: number };
      readonly here: boolean;
    };

/** Said to agents. */
export type AgentServerFrame =
  | CommonFrame
  | {
      readonly t: 'welcome';
      readonly epoch: string;
      readonly ping_ms: number;
      readonly dead_ms: number;
      /** How long after saying something one may edit or delete it; 0 is never. */
      readonly edit_ms: number;
      readonly me: Me;
      readonly convs: readonly Summary[];
      readonly counts: Counts;
    }
  | ({ readonly t: 'conv' } & Summary)
  | { readonly t: 'presence'; readonly agent: string; readonly status: Availability; readonly accepting: boolean }
  | { readonly t: 'presence'; readonly visitor: string; readonly online: boolean };

/** How many open conversations there are for an agent to see. */
export interface Counts {
  readonly queue: number;
  /** That nobody has taken yet. */
  readonly messages: number;
  readonly mine: number;
  readonly all: number;
}

export interface Page {
  readonly url: string;
  readonly title: string;
  readonly referrer?: string;
}

/** Sends an upload, by visitors and agents. */
export interface SendFile {
  readonly t: 'send';
  readonly conv: string;
  readonly cid: string;
  /** The id the upload was answered with. */
  readonly file: string;
}

/** Said by visitors. */
export type VisitorClientFrame =
  | {
      readonly t: 'hello';
      readonly token?: string;
      readonly epoch?: string;
      readonly conv?: string;
      readonly after?: number;
      readonly locale?: string;
      readonly page?: Page;
    }
  | {
      readonly t: 'start';
      readonly id: string;
      readonly cid: string;
      /** `message`: nobody need answer now. The conversation that waits becomes one, if there is any. */
      readonly kind?: Kind;
      readonly text?: string;
      readonly fields?: Readonly<Record<string, string>>;
      readonly department?: string;
    }
  | { readonly t: 'send'; readonly conv: string; readonly cid: string; readonly text: string }
  | SendFile
  | { readonly t: 'read' | 'received'; readonly conv: string; readonly seq: number }
  | { readonly t: 'typing'; readonly conv: string; readonly text?: string }
  | { readonly t: 'get'; readonly id: string; readonly conv: string; readonly after?: number; readonly before?: number; readonly limit?: number }
  | { readonly t: 'edit'; readonly id: string; readonly conv: string; readonly seq: number; readonly text: string }
  | { readonly t: 'delete'; readonly id: string; readonly conv: string; readonly seq: number }
  | { readonly t: 'end'; readonly id: string; readonly conv: string }
  | { readonly t: 'page'; readonly url: string; readonly title: string }
  | { readonly t: 'pong'; readonly n: number };

/** Said by agents. Everything else an agent does is an HTTP call. */
export type AgentClientFrame =
  /** `idle`: a console that comes back by itself while nobody is at the desk. */
  | { readonly t: 'hello'; readonly token?: string; readonly epoch?: string; readonly after?: Readonly<Record<string, number>>; readonly idle?: true }
  | { readonly t: 'send'; readonly conv: string; readonly cid: string; readonly text: string; readonly note?: boolean }
  | SendFile
  | { readonly t: 'read' | 'received'; readonly conv: string; readonly seq: number }
  | { readonly t: 'typing'; readonly conv: string }
  | { readonly t: 'get'; readonly id: string; readonly conv: string; readonly after?: number; readonly before?: number; readonly limit?: number }
  | { readonly t: 'watch'; readonly id: string; readonly conv: string }
  | { readonly t: 'unwatch'; readonly id: string; readonly conv: string }
  | { readonly t: 'pong'; readonly n: number };

/** Longest message, in characters (Unicode code points). */
export const MAX_MESSAGE = 4000;
