import type { Colleague } from '../../widget/core/protocol';
import type { Presence } from './state';

/** Why a colleague cannot be chosen. */
export type Obstacle = 'offline' | 'away' | 'not_accepting' | 'full';

/** What a colleague is chosen for: to have a conversation, or to come into it as a second agent. */
export type Purpose = 'transfer' | 'invite';

const ORDER = { online: 0, away: 1, offline: 2 } as const;

/** What keeps a colleague from it; undefined for nothing. A second agent has no chat more: only being here counts. */
export function obstacle(agent: Colleague, purpose: Purpose): Obstacle | undefined {
  if (agent.status !== 'online') return agent.status;
  if (purpose === 'invite') return undefined;
  if (!agent.accepting) return 'not_accepting';
  return agent.open >= agent.limit ? 'full' : undefined;
}

/** Colleagues but some, with what was heard of them since: who can be chosen first, among them the least busy. */
export function choices(agents: readonly Colleague[], presence: ReadonlyMap<string, Presence>, purpose: Purpose, but: ReadonlySet<string>): readonly Colleague[] {
  return agents
    .filter(({ id }) => !but.has(id))
    .map((agent) => ({ ...agent, ...presence.get(agent.id) }))
    .sort(
      (a, b) =>
        Number(obstacle(a, purpose) !== undefined) - Number(obstacle(b, purpose) !== undefined) ||
        ORDER[a.status] - ORDER[b.status] ||
        a.open - a.limit - (b.open - b.limit) ||
        a.name.localeCompare(b.name),
    );
}

/** Whether a role may take over, watch over routing and the like. */
export function supervises(role: Colleague['role'] | undefined): boolean {
  return role === 'owner' || role === 'admin' || role === 'supervisor';
}
