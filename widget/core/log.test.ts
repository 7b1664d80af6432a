import { describe, expect, it } from 'vitest';
import { addEvent, addEvents, emptyLog, missing, withReceipt, withSummary, type Log } from './log';
import type { Line } from './outbox';
import type { Author, ConversationEvent, EventKind } from './protocol';
import { thread } from './thread';

const ann = { id: 'a1', name: 'Ann' };
const visitor: Author = { type: 'visitor', id: 'v1', name: 'Vi' };
const agent: Author = { type: 'agent', ...ann };

function event(seq: number, more: Partial<ConversationEvent> = {}): ConversationEvent {
  const at = new Date(Date.UTC(2026, 0, 5, 12, seq)).toISOString();
  return { t: 'event', conv: 'c', seq, kind: 'message', at, from: visitor, text: `text ${seq}`, cid: `cid${seq}`, ...more };
}

const seqs = (log: Log) => log.events.map((one) => one.seq);

describe('order', () => {
  it('shows the next, drops what it has', () => {
    const log = addEvents(emptyLog('c'), [event(1), event(2), event(1), event(2), event(3)]);
    expect(seqs(log)).toEqual([1, 2, 3]);
    expect(addEvent(log, event(2))).toBe(log);
  });

  it('holds an early one, says what is missing, shows both when it comes', () => {
    const early = addEvents(emptyLog('c'), [event(1), event(4), event(3)]);
    expect(seqs(early)).toEqual([1]);
    expect(missing(early)).toEqual({ after: 1 });
    const whole = addEvent(early, event(2));
    expect(seqs(whole)).toEqual([1, 2, 3, 4]);
    expect(missing(whole)).toBeUndefined();
  });

  it('puts older ones before, in whatever order they come', () => {
    const log = addEvents(emptyLog('c', 5), [event(6), event(3), event(5), event(4)]);
    expect(seqs(log)).toEqual([3, 4, 5, 6]);
    expect(log.first).toBe(3);
    const gap = addEvent(log, event(1));
    expect(missing(gap)).toEqual({ before: 3 });
  });

  it('any order and any repetition give the same log', () => {
    const events = Array.from({ length: 12 }, (_, i) => event(i + 1));
    for (let round = 0; round < 50; round++) {
      const shuffled = [...events, ...events].sort(() => Math.random() - 0.5);
      expect(seqs(addEvents(emptyLog('c'), shuffled))).toEqual(events.map((one) => one.seq));
    }
  });

  it('is for one conversation', () => {
    const log = emptyLog('c');
    expect(addEvent(log, event(1, { conv: 'other' }))).toBe(log);
  });

  it('counts kinds it does not know', () => {
    const log = addEvents(emptyLog('c'), [event(1, { kind: 'rated' as EventKind }), event(2)]);
    expect(log.last).toBe(2);
    expect(log.state).toBe('queued');
  });
});

describe('state and owner', () => {
  const after = (...kinds: Partial<ConversationEvent>[]) =>
    addEvents(emptyLog('c'), kinds.map((kind, i) => event(i + 1, kind)));

  it.each([
    [[{ kind: 'queued' }], 'queued', null],
    [[{ kind: 'queued' }, { kind: 'assigned', agent: ann }], 'active', 'Ann'],
    [[{ kind: 'assigned', agent: ann }, { kind: 'transferred', agent: { id: 'b', name: 'Bo' } }], 'active', 'Bo'],
    [[{ kind: 'assigned', agent: ann }, { kind: 'transferred', department: { id: 'd', name: 'Sales' } }], 'queued', null],
    [[{ kind: 'assigned', agent: ann }, { kind: 'agent_lost', agent: ann }], 'queued', null],
    [[{ kind: 'assigned', agent: ann }, { kind: 'closed', reason: '' }], 'closed', 'Ann'],
    [[{ kind: 'assigned', agent: ann }, { kind: 'agent_silent', agent: ann }], 'queued', null],
    [[{ kind: 'queued' }, { kind: 'offered', agent: ann }], 'offered', 'Ann'],
    [[{ kind: 'offered', agent: ann }, { kind: 'declined', agent: ann }], 'queued', null],
    [[{ kind: 'transferred', department: { id: 'd', name: 'Sales' } }, { kind: 'returned', agent: ann }], 'active', 'Ann'],
    [[{ kind: 'assigned', agent: ann }, { kind: 'joined', agent: { id: 'b', name: 'Bo' } }, { kind: 'left', agent: { id: 'b', name: 'Bo' } }], 'active', 'Ann'],
    [[{ kind: 'queued' }, { kind: 'missed', cause: 'waited' }], 'queued', null],
  ] as const)('%#', (kinds, state, owner) => {
    const log = after(...kinds);
    expect([log.state, log.owner?.name ?? null]).toEqual([state, owner]);
  });

  it('knows a message from a chat', () => {
    const kinds = (...events: Partial<ConversationEvent>[]) => after(...events).kind;
    expect(kinds({ kind: 'queued' })).toBe('chat');
    expect(kinds({ kind: 'queued' }, { kind: 'missed' })).toBe('message');
    expect(kinds({ kind: 'missed' }, { kind: 'queued', cause: 'back' })).toBe('chat');
    expect(kinds({ kind: 'missed' }, { kind: 'assigned', agent: ann }, { kind: 'agent_silent', agent: ann })).toBe('message');
  });

  it('knows when it will close, until somebody writes', () => {
    const until = '2026-01-05T13:00:00.000Z';
    const warned = after({ kind: 'assigned', agent: ann }, { kind: 'idle', until });
    expect(warned.closesAt).toBe(until);
    expect(addEvent(warned, event(3, { kind: 'note', from: agent })).closesAt).toBe(until);
    for (const from of [agent, visitor]) expect(addEvent(warned, event(3, { from })).closesAt).toBeNull();
    const summary = { state: 'active', owner: ann, last_seq: 3, received_seq: 0, read_seq: 0, closes_at: until } as const;
    expect(withSummary(emptyLog('c'), summary).closesAt).toBe(until);
    expect(withSummary(addEvent(warned, event(3)), summary).closesAt).toBeNull();
  });

  it('takes a summary, unless the log knows more', () => {
    const summary = { state: 'closed', owner: null, last_seq: 1, received_seq: 5, read_seq: 4 } as const;
    expect(withSummary(emptyLog('c'), summary).state).toBe('closed');
    const ahead = after({ kind: 'queued' }, { kind: 'assigned', agent: ann });
    expect(withSummary(ahead, summary)).toMatchObject({ state: 'active', read: 4 });
    expect(withReceipt(ahead, 'read', 2).read).toBe(2);
  });

  it('is not changed by older events', () => {
    const log = addEvents(emptyLog('c', 2), [event(3, { kind: 'closed' }), event(2, { kind: 'queued' })]);
    expect(log.state).toBe('closed');
  });
});

describe('thread', () => {
  const options = { me: visitor, sameDay: (a: Date, b: Date) => a.toDateString() === b.toDateString() };
  const line = (cid: string, more: Partial<Line> = {}): Line => ({ cid, conv: 'c', text: cid, state: 'sending', order: 1, ...more });

  it('groups what one person said in a row, under a day', () => {
    const log = addEvents(emptyLog('c'), [event(1), event(2), event(3, { from: agent }), event(4, { kind: 'assigned', agent: ann }), event(5)]);
    const items = thread(log, [], options);
    expect(items.map((item) => item.type)).toEqual(['day', 'group', 'group', 'system', 'group']);
    expect(items[1]).toMatchObject({ own: true, bubbles: [{ key: 'cid1' }, { key: 'cid2' }] });
  });

  it('shows an outbox line once, under the key its event will have', () => {
    const log = addEvents(emptyLog('c'), [event(1)]);
    const items = thread(log, [line('cid1'), line('cid2'), line('other', { conv: 'd' })], options);
    const bubbles = items.flatMap((item) => (item.type === 'group' ? item.bubbles : []));
    expect(bubbles.map((b) => [b.key, b.state])).toEqual([['cid1', 'sent'], ['cid2', 'sending']]);
  });

  it('shows nothing for a message that was left without another word', () => {
    expect(thread(emptyLog('c'), [line('x', { text: '', left: true })], options)).toEqual([]);
  });

  it('tells lines of two agents apart', () => {
    const log = addEvents(emptyLog('c'), [event(1, { from: agent }), event(2, { from: { type: 'agent', id: 'b', name: 'Bo' } }), event(3, { from: agent })]);
    const names = thread(log, [], options).flatMap((item) => (item.type === 'group' ? item.from.name : []));
    expect(names).toEqual(['Ann', 'Bo', 'Ann']);
  });

  it('marks what the other side has and has read', () => {
    const held = addEvents(emptyLog('c'), [event(1), event(2), event(3)]);
    const [, group] = thread(withReceipt(withReceipt(held, 'read', 1), 'received', 2), [], options);
    expect(group).toMatchObject({ bubbles: [{ state: 'read' }, { state: 'received' }, { state: 'sent' }] });
  });

  it('shows a line as it is now', () => {
    const log = addEvents(emptyLog('c'), [
      event(1),
      event(2),
      event(3, { kind: 'edited', target: 1, text: 'better' }),
      event(4, { kind: 'deleted', target: 2 }),
      event(5, { deleted: true }),
      event(6, { kind: 'edited', target: 1, text: 'best' }),
    ]);
    const bubbles = thread(log, [], options).flatMap((item) => (item.type === 'group' ? item.bubbles : []));
    expect(bubbles.map(({ text, edited, deleted }) => [text, edited, deleted])).toEqual([['best', true, false], ['', false, true], ['', false, true]]);
  });

  it('keeps notes apart from what was said', () => {
    const log = addEvents(emptyLog('c'), [event(1, { from: agent }), event(2, { from: agent, kind: 'note' })]);
    expect(thread(log, [], options).filter((item) => item.type === 'group')).toHaveLength(2);
  });
});
