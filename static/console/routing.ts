import type { Named, Time } from '../../widget/core/protocol';

/** An agent who could have had a conversation, at the moment of a decision. */
export interface Candidate {
  readonly agent: Named;
  readonly open: number;
  readonly limit: number;
  readonly tier: 'first' | 'normal' | 'last';
  /** How long since they were last given one; absent when they never were. */
  readonly idle_ms?: number;
}

/** An agent who could not have it. */
export interface LeftOut {
  readonly agent: Named;
  readonly reason: 'offline' | 'away' | 'not_accepting' | 'full' | 'department_full' | 'tried' | 'language' | 'skill';
}

/** One decision about who gets a conversation, as it was made. */
export interface Decision {
  readonly at: Time;
  readonly what: 'assigned' | 'offered' | 'overflow' | 'missed' | 'none';
  readonly agent: Named | null;
  readonly why: 'preferred' | 'least_busy' | 'round_robin' | 'tiers' | 'only_one' | 'pull' | 'nobody' | 'returned' | 'waited' | 'closed' | 'full';
  readonly facts: {
    /** Null when it is gone. */
    readonly department: Named | null;
    readonly mode: 'auto' | 'offer' | 'pull';
    readonly strategy: 'least_busy' | 'round_robin' | 'tiers';
    readonly priority: number;
    readonly position: number;
    readonly waited_ms: number;
    readonly language?: string;
    readonly skills?: readonly string[];
  };
  /** Best first. */
  readonly candidates: readonly Candidate[];
  readonly left_out: readonly LeftOut[];
  /** How many more there were, by reason. */
  readonly left_out_more?: Readonly<Partial<Record<LeftOut['reason'], number>>>;
}

/** `GET /api/v1/conversations/{id}/routing`. */
export interface Routing {
  /** Oldest first. */
  readonly decisions: readonly Decision[];
  /** What would be decided at this moment; null unless it waits. */
  readonly now: Decision | null;
}
