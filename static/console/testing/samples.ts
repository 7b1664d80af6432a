import type { ConversationEvent, Me, Summary } from '../../../widget/core/protocol';

/** For tests: an agent called Ann. */
export const ann: Me = {
  id: 'ann',
  name: 'Ann',
  email: 'ann@example.com',
  role: 'agent',
  status: 'online',
  accepting: true,
  auto_away_ms: 300_000,
  limit: 5,
  account: { id: 'acc', name: 'Shop' },
};

/** For tests: a waiting conversation. */
export function conversation(id: string, more: Partial<Summary> = {}): Summary {
  return {
    id,
    kind: 'chat',
    state: 'queued',
    owner: null,
    fence: 1,
    priority: 0,
    visitor: { id: `visitor-${id}`, name: 'Maya', online: true },
    site: { id: 'site', name: 'Shop' },
    queued_at: '2026-11-20T12:00:00.000Z',
    last: null,
    last_seq: 1,
    unread: 0,
    received_seq: 0,
    read_seq: 0,
    ...more,
  };
}

/** For tests: a conversation of Ann's. */
export function annsConversation(id: string, more: Partial<Summary> = {}): Summary {
  return conversation(id, { state: 'active', owner: { id: ann.id, name: ann.name }, fence: 2, ...more });
}

/** For tests: a conversation that rings at Ann. */
export function ringingAtAnn(id: string, more: Partial<Summary> = {}): Summary {
  return conversation(id, { state: 'offered', owner: { id: ann.id, name: ann.name }, fence: 2, offer_until: '2026-11-20T12:00:20.000Z', ...more });
}

/** For tests: a line of the visitor's. */
export function line(conv: string, seq: number, text = `line ${seq}`): ConversationEvent {
  const from = { type: 'visitor', id: `visitor-${conv}`, name: 'Maya' } as const;
  return { t: 'event', conv, seq, kind: 'message', at: '2026-11-20T12:00:00.000Z', from, text, cid: `${conv}-${seq}` };
}
