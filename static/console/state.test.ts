import { describe, expect, test } from 'vitest';
import type { AgentServerFrame, Summary } from '../../widget/core/protocol';
import { deskIsEmpty, initialState, reduce, type Action, type ConsoleState } from './state';
import { ann, annsConversation, conversation, line, ringingAtAnn } from './testing/samples';

const NOW = 1_000_000;

function welcome(convs: readonly Summary[], epoch = 'e1'): AgentServerFrame {
  return { t: 'welcome', epoch, ping_ms: 10_000, dead_ms: 18_000, edit_ms: 0, me: ann, convs, counts: { queue: 0, messages: 0, mine: 0, all: 0 } };
}

function after(...actions: readonly (Action | AgentServerFrame)[]): ConsoleState {
  return actions.reduce<ConsoleState>((state, one) => reduce(state, 't' in one ? { type: 'frame', frame: one, now: NOW } : one), initialState);
}

describe('a new welcome', () => {
  test('replaces what is open: what closed meanwhile is gone, what is new is there', () => {
    const state = after(welcome([conversation('a'), conversation('b')]), welcome([conversation('b'), conversation('c')]));
    expect([...state.convs.keys()]).toEqual(['b', 'c']);
  });

  test('keeps the closed one we look at', () => {
    const state = after(welcome([conversation('a')]), { t: 'conv', ...conversation('a', { state: 'closed', fence: 2 }) }, welcome([]));
    expect(state.convs.get('a')?.state).toBe('closed');
  });

  test('keeps logs of the same epoch and drops those of another', () => {
    const before = [welcome([conversation('a')]), { type: 'open', conv: 'a', lastSeq: 0 } as const, line('a', 1)];
    expect(after(...before, welcome([conversation('a')])).logs.get('a')?.last).toBe(1);
    expect(after(...before, welcome([conversation('a')], 'e2')).logs.size).toBe(0);
  });

  test('may give an older fence than we hold: the snapshot is the truth after a restore', () => {
    const state = after(welcome([conversation('a', { fence: 9 })]), welcome([conversation('a', { fence: 1 })], 'e2'));
    expect(state.convs.get('a')?.fence).toBe(1);
  });

  test('ends what was being typed', () => {
    const typing = { t: 'typing', conv: 'a', from: line('a', 1).from, text: 'hel' } as const;
    expect(after(welcome([]), typing).typing.size).toBe(1);
    expect(after(welcome([]), typing, welcome([])).typing.size).toBe(0);
  });
});

test('what was heard of colleagues does not outlive a break: the fresh list of them is right', () => {
  const away = { t: 'presence', agent: 'bob', status: 'away', accepting: true } as const;
  expect(after(welcome([]), away, welcome([])).presence.size).toBe(0);
});

describe('summaries', () => {
  test('a late answer does not undo a newer frame', () => {
    const state = after(
      welcome([conversation('a')]),
      { t: 'conv', ...annsConversation('a', { fence: 3, last_seq: 4 }) },
      { type: 'summary', summary: conversation('a', { fence: 2 }) },
      { type: 'summary', summary: annsConversation('a', { fence: 3, last_seq: 3 }) },
    );
    expect(state.convs.get('a')).toMatchObject({ fence: 3, last_seq: 4, state: 'active' });
  });

  test('an answer as old as what is held does not make read lines unread again', () => {
    const read = { t: 'conv', ...annsConversation('a', { unread: 0 }) } as const;
    const state = after(welcome([annsConversation('a', { unread: 1 })]), read, { type: 'summary', summary: annsConversation('a', { unread: 1 }) });
    expect(state.convs.get('a')?.unread).toBe(0);
  });

  test('an offer comes and is withdrawn', () => {
    const offered = after(welcome([conversation('a')]), { t: 'conv', ...ringingAtAnn('a') });
    expect(offered.convs.get('a')).toMatchObject({ state: 'offered', owner: { id: 'ann' } });
    const withdrawn = reduce(offered, { type: 'frame', frame: { t: 'conv', ...conversation('a', { fence: 3 }) }, now: NOW });
    expect(withdrawn.convs.get('a')).toMatchObject({ state: 'queued', owner: null });
    expect(reduce(withdrawn, { type: 'summary', summary: ringingAtAnn('a') })).toBe(withdrawn);
  });

  test('what did not change stays identical', () => {
    const one = after(welcome([conversation('a'), conversation('b')]));
    const two = reduce(one, { type: 'frame', frame: { t: 'conv', ...conversation('a', { last_seq: 2 }) }, now: NOW });
    expect(two.convs.get('b')).toBe(one.convs.get('b'));
    expect(two.logs).toBe(one.logs);
    expect(reduce(two, { type: 'frame', frame: { t: 'ping', n: 1 }, now: NOW })).toBe(two);
  });

  test('what was seen is not unread, until the server says so again', () => {
    const seen = after(welcome([annsConversation('a', { unread: 3 })]), { type: 'seen', conv: 'a' });
    expect(seen.convs.get('a')?.unread).toBe(0);
    expect(reduce(seen, { type: 'seen', conv: 'a' })).toBe(seen);
  });

  test('a visitor comes and goes in all their conversations', () => {
    const state = after(welcome([conversation('a')]), { t: 'presence', visitor: 'visitor-a', online: false });
    expect(state.convs.get('a')?.visitor.online).toBe(false);
  });
});

describe('logs', () => {
  test('only of conversations that were opened', () => {
    expect(after(welcome([conversation('a')]), line('a', 1)).logs.size).toBe(0);
  });

  test('lines in any order, each once, with holes filled later', () => {
    const state = after(welcome([conversation('a')]), { type: 'open', conv: 'a', lastSeq: 1 }, line('a', 1), line('a', 3), line('a', 3), line('a', 2), line('a', 2));
    expect(state.logs.get('a')?.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test('an acked line and its event are one', () => {
    const own = { ...line('a', 2, 'hello'), from: { type: 'agent', id: 'ann', name: 'Ann' } as const };
    const state = after(welcome([annsConversation('a')]), { type: 'open', conv: 'a', lastSeq: 1 }, line('a', 1), { type: 'acked', event: own }, own);
    expect(state.logs.get('a')?.events.map(({ text }) => text)).toEqual(['line 1', 'hello']);
  });

  test('read by the visitor, not by a colleague', () => {
    const opened = [welcome([annsConversation('a')]), { type: 'open', conv: 'a', lastSeq: 5 } as const];
    const by = line('a', 1).from;
    expect(after(...opened, { t: 'read', conv: 'a', seq: 4, by }).logs.get('a')?.read).toBe(4);
    expect(after(...opened, { t: 'received', conv: 'a', seq: 4, by }).logs.get('a')).toMatchObject({ received: 4, read: 0 });
    expect(after(...opened, { t: 'read', conv: 'a', seq: 4, by: { type: 'agent', id: 'bob', name: 'Bob' } }).logs.get('a')?.read).toBe(0);
  });

  test('a reset drops one or all', () => {
    const opened = [welcome([]), { type: 'open', conv: 'a', lastSeq: 0 } as const, { type: 'open', conv: 'b', lastSeq: 0 } as const];
    expect([...after(...opened, { t: 'reset', epoch: 'e2', conv: 'a' }).logs.keys()]).toEqual(['b']);
    expect(after(...opened, { t: 'reset', epoch: 'e2' })).toMatchObject({ epoch: 'e2', logs: new Map() });
  });

  test('only the latest dozen are held', () => {
    const opens = Array.from({ length: 20 }, (_, i) => ({ type: 'open', conv: `c${i}`, lastSeq: 0 }) as const);
    const { logs } = after(welcome([]), ...opens, { type: 'open', conv: 'c9', lastSeq: 0 });
    expect(logs.size).toBe(12);
    expect([...logs.keys()].at(-1)).toBe('c9');
  });
});

describe('typing', () => {
  const typing = { t: 'typing', conv: 'a', from: line('a', 1).from, text: 'hel' } as const;

  test('lapses', () => {
    const state = after(welcome([]), typing);
    expect(reduce(state, { type: 'lapse', now: NOW + 5_000 })).toBe(state);
    expect(reduce(state, { type: 'lapse', now: NOW + 6_000 }).typing.size).toBe(0);
  });

  test('ends with the line itself, also when its log is not held', () => {
    expect(after(welcome([]), typing, line('a', 1)).typing.size).toBe(0);
  });

  test('our own from another tab is not shown', () => {
    expect(after(welcome([]), { ...typing, from: { type: 'agent', id: 'ann', name: 'Ann' } }).typing.size).toBe(0);
  });
});

describe('presence', () => {
  const seen = (agent: string, status: 'online' | 'away', accepting = true) => ({ t: 'presence', agent, status, accepting }) as const;

  test('of colleagues is how they are seen, and whether they take chats', () => {
    expect(after(welcome([]), seen('bob', 'away', false)).presence.get('bob')).toMatchObject({ status: 'away', accepting: false });
  });

  test('of our own as away, while we chose to be here, means that nobody is at the desk', () => {
    const state = after(welcome([]), seen('ann', 'away'));
    expect(state.me?.status).toBe('online');
    expect(deskIsEmpty(state)).toBe(true);
    expect(deskIsEmpty(reduce(state, { type: 'here', me: ann }))).toBe(false);
  });

  test('of our own as away is our choice once the server says so', () => {
    expect(deskIsEmpty(after(welcome([]), seen('ann', 'away'), { type: 'me', me: { ...ann, status: 'away' } }))).toBe(false);
  });

  test('tells what another tab chose about accepting chats', () => {
    expect(after(welcome([]), seen('ann', 'online', false)).me?.accepting).toBe(false);
  });
});

test('frames of a newer server change nothing', () => {
  const state = after(welcome([]));
  expect(reduce(state, { type: 'frame', frame: { t: 'fireworks' } as unknown as AgentServerFrame, now: NOW })).toBe(state);
});
