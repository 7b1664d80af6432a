import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Environment } from '../../widget/core/connection';
import type { AgentClientFrame, AgentServerFrame, Summary } from '../../widget/core/protocol';
import { memoryStorage } from '../../widget/core/storage';
import { Live } from './live';
import { deskIsEmpty, initialState, reduce, type ConsoleState } from './state';
import { ann, annsConversation, conversation, line } from './testing/samples';

class Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: AgentClientFrame[] = [];
  send(data: string) {
    this.sent.push(JSON.parse(data) as AgentClientFrame);
  }
  close() {}
}

let sockets: Socket[];
let state: ConsoleState;
let live: Live;
let idle = false;

const environment: Environment = {
  now: () => Date.now(),
  random: () => 0,
  socket: () => {
    const socket = new Socket();
    sockets.push(socket);
    return socket as unknown as WebSocket;
  },
  setTimeout: (work, ms) => setTimeout(work, ms) as unknown as number,
  clearTimeout: (timer) => clearTimeout(timer),
  onWake: () => () => {},
};

const socket = () => sockets.at(-1)!;
const hear = (frame: AgentServerFrame) => socket().onmessage?.({ data: JSON.stringify(frame) });
const said = (t: AgentClientFrame['t']) => socket().sent.filter((frame) => frame.t === t) as Record<string, unknown>[];

function connect(...convs: readonly Summary[]): void {
  socket().onopen?.();
  hear({ t: 'welcome', epoch: 'e1', ping_ms: 10_000, dead_ms: 18_000, edit_ms: 0, me: ann, convs, counts: { queue: 0, messages: 0, mine: 0, all: 0 } });
}

function answerGet(...seqs: readonly number[]): void {
  const get = said('get').at(-1)!;
  const conv = get['conv'] as string;
  for (const seq of seqs) hear(line(conv, seq));
  hear({ t: 'sync', id: get['id'] as string, conv, from: seqs[0] ?? 0, to: seqs.at(-1) ?? 0, more: false });
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  idle = false;
  state = initialState;
  live = new Live({
    url: 'ws://foyer.test/ws/agent',
    storage: memoryStorage(),
    state: () => state,
    dispatch: (action) => (state = reduce(state, action)),
    isIdle: () => idle,
    onFrame: () => {},
    onConnection: () => {},
    onLines: () => {},
    onLoading: () => {},
    onRefused: () => {},
    onReload: () => {},
    environment,
  });
});

describe('looking at a conversation', () => {
  test('of one’s own asks for its last lines, and for older ones from there', () => {
    connect(annsConversation('a', { last_seq: 80 }));
    live.look('a');
    expect(said('get')).toMatchObject([{ conv: 'a', before: 81, limit: 60 }]);
    expect(said('watch')).toEqual([]);
    answerGet(...Array.from({ length: 60 }, (_, i) => i + 21));
    live.older('a');
    live.older('a');
    expect(said('get').slice(1)).toMatchObject([{ conv: 'a', before: 21 }]);
  });

  test('of somebody else’s follows it before asking, and no longer afterwards', () => {
    connect(conversation('a', { last_seq: 2 }), annsConversation('b'));
    live.look('a');
    expect(socket().sent.slice(1).map(({ t }) => t)).toEqual(['watch', 'get']);
    live.look('b');
    expect(said('unwatch')).toMatchObject([{ conv: 'a' }]);
  });

  test('that is handed on follows it from then on', () => {
    connect(annsConversation('a'));
    live.look('a');
    answerGet(1);
    hear({ t: 'conv', ...annsConversation('a', { owner: { id: 'bob', name: 'Bob' }, fence: 3 }) });
    expect(said('watch')).toMatchObject([{ conv: 'a' }]);
  });

  test('before being connected is made up for by the welcome', () => {
    live.look('a');
    connect(annsConversation('a', { last_seq: 3 }));
    expect(said('get')).toMatchObject([{ conv: 'a', before: 4 }]);
  });
});

describe('after a loss', () => {
  test('hello says how far we got, and what followed is asked for', () => {
    connect(annsConversation('a', { last_seq: 2 }));
    live.look('a');
    answerGet(1, 2);
    socket().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(1_000);
    expect(sockets).toHaveLength(2);
    connect(annsConversation('a', { last_seq: 4 }));
    expect(said('hello')).toMatchObject([{ epoch: 'e1', after: { a: 2 } }]);
    expect(said('get')).toMatchObject([{ conv: 'a', after: 2 }]);
    answerGet(3, 4);
    expect(state.logs.get('a')?.last).toBe(4);
  });

  test('with nobody at the desk hello says so, and colleagues see us as away', () => {
    connect();
    socket().onclose?.({ code: 1006 });
    idle = true;
    vi.advanceTimersByTime(1_000);
    connect();
    expect(said('hello')).toMatchObject([{ idle: true }]);
    expect(deskIsEmpty(state)).toBe(true);
    socket().onclose?.({ code: 1006 });
    idle = false;
    vi.advanceTimersByTime(1_000);
    connect();
    expect(said('hello')[0]).not.toHaveProperty('idle');
    expect(deskIsEmpty(state)).toBe(false);
  });

  test('a followed conversation is followed again', () => {
    connect(conversation('a'));
    live.look('a');
    socket().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(1_000);
    connect(conversation('a'));
    expect(said('watch')).toMatchObject([{ conv: 'a' }]);
  });
});

describe('lines of ours', () => {
  test('are kept until answered, and shown all the while', () => {
    connect(annsConversation('a'));
    live.look('a');
    answerGet(1);
    live.send('a', 'hello');
    const cid = said('send')[0]!['cid'] as string;
    hear({ t: 'ack', cid, conv: 'a', seq: 2, at: '2026-11-20T12:00:01.000Z' });
    expect(state.logs.get('a')?.events.at(-1)).toMatchObject({ seq: 2, cid, text: 'hello', from: { id: 'ann' } });
  });

  test('go out again after a loss, with the same id', () => {
    connect(annsConversation('a'));
    live.send('a', 'hello');
    const first = said('send')[0]!;
    socket().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(1_000);
    connect(annsConversation('a'));
    expect(said('send')).toEqual([first]);
  });
});

test('a hole is filled', () => {
  connect(annsConversation('a', { last_seq: 1 }));
  live.look('a');
  answerGet(1);
  hear(line('a', 4));
  expect(said('get').at(-1)).toMatchObject({ conv: 'a', after: 1 });
  answerGet(2, 3, 4);
  expect(state.logs.get('a')?.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test('a line that arrives is acknowledged by the agent who has the conversation', () => {
  const last = { seq: 1, text: 'hello', at: '', from: { type: 'visitor', id: 'v', name: '' } } as const;
  connect(annsConversation('a', { last, last_seq: 1 }), annsConversation('b', { last, last_seq: 1, owner: { id: 'bob', name: 'Bob' } }));
  hear(line('a', 2));
  hear(line('b', 2));
  vi.advanceTimersByTime(2_000);
  expect(said('received')).toEqual([1, 2].map((seq) => ({ t: 'received', conv: 'a', seq })));
});

test('read is said once for each place', () => {
  connect(annsConversation('a', { last_seq: 1, unread: 1 }));
  live.look('a');
  live.read('a', 1);
  live.read('a', 1);
  expect(said('read')).toEqual([{ t: 'read', conv: 'a', seq: 1 }]);
  expect(state.convs.get('a')?.unread).toBe(0);
});
