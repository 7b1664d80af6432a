import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from './connection';
import { fakeEnvironment } from './testing';

type Frame = { readonly t: string; readonly [field: string]: unknown };

function open() {
  const fake = fakeEnvironment();
  const frames: Frame[] = [];
  const states: string[] = [];
  const waits: number[] = [];
  const onTokenUnknown = vi.fn();
  const onReload = vi.fn();
  const connection = new Connection<Frame, Frame>({
    url: 'ws://x/ws',
    hello: () => ({ t: 'hello' }),
    onFrame: (frame) => frames.push(frame),
    onState(state, detail) {
      states.push(state);
      if (detail.wait !== undefined) waits.push(detail.wait);
    },
    onTokenUnknown,
    onReload,
    environment: fake.environment,
  });
  return { ...fake, connection, frames, states, waits, onTokenUnknown, onReload };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('talking', () => {
  it('says hello on each open and is open once welcomed', () => {
    const { last, connection, states } = open();
    last().accept();
    expect(last().sent).toEqual([{ t: 'hello' }]);
    expect(connection.send({ t: 'send' })).toBe(false);
    last().say({ t: 'welcome', dead_ms: 35_000 });
    expect(states).toEqual(['connecting', 'open']);
    expect(connection.send({ t: 'send' })).toBe(true);
    expect(last().sent).toEqual([{ t: 'hello' }, { t: 'send' }]);
  });

  it('answers a ping at once and keeps it to itself', () => {
    const { last, frames } = open();
    last().welcome();
    last().say({ t: 'ping', n: 7 });
    expect(last().of('pong')).toEqual([{ t: 'pong', n: 7 }]);
    expect(frames.map((f) => f.t)).toEqual(['welcome']);
  });

  it('hands over every other frame and drops what is none', () => {
    const { last, frames } = open();
    last().welcome();
    last().say({ t: 'event', seq: 1 });
    last().say({ nonsense: true });
    last().onmessage?.({ data: '{' });
    expect(frames.map((f) => f.t)).toEqual(['welcome', 'event']);
  });

  it('lets frames be sent from within the welcome', () => {
    const fake = fakeEnvironment();
    let sent = false;
    const connection: Connection<Frame, Frame> = new Connection<Frame, Frame>({
      url: 'ws://x',
      hello: () => ({ t: 'hello' }),
      onFrame: () => void (sent = connection.send({ t: 'send' })),
      onState: () => undefined,
      environment: fake.environment,
    });
    fake.last().welcome();
    expect(sent).toBe(true);
  });
});

describe('dead peer', () => {
  it('reconnects after dead_ms of silence', () => {
    const { last, sockets, states } = open();
    last().welcome();
    vi.advanceTimersByTime(34_000);
    last().say({ t: 'ping', n: 1 });
    vi.advanceTimersByTime(34_000);
    expect(states.at(-1)).toBe('open');
    vi.advanceTimersByTime(1_100);
    expect(states.at(-1)).toBe('waiting');
    expect(sockets[0]?.closed).toBeDefined();
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
  });

  it('gives up a socket that is never welcomed', () => {
    const { last, states } = open();
    last().accept();
    vi.advanceTimersByTime(20_000);
    expect(states.at(-1)).toBe('waiting');
  });

  it('notices on waking that the peer died in the sleep', () => {
    const { last, state, states } = open();
    last().welcome();
    vi.setSystemTime(Date.now() + 60_000);
    state.wake();
    expect(states.at(-1)).toBe('waiting');
  });

  it('hears nothing more from a socket it gave up', () => {
    const { last, frames, connection } = open();
    const old = last();
    old.welcome();
    connection.reconnect();
    old.say({ t: 'event' });
    old.drop(1008);
    expect(frames.map((f) => f.t)).toEqual(['welcome']);
    expect(connection.state).toBe('waiting');
  });
});

describe('coming back', () => {
  it('doubles the wait up to 30 s, with full jitter', () => {
    const { last, waits, state } = open();
    for (let n = 0; n < 9; n++) {
      last().drop();
      vi.advanceTimersByTime(waits.at(-1)!);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    state.random = 0.1;
    last().drop();
    expect(waits.at(-1)).toBe(3_000);
  });

  it('starts counting anew after 60 s of health, not before', () => {
    const { last, waits } = open();
    const once = (health: number) => {
      last().welcome({ dead_ms: 100_000 });
      vi.advanceTimersByTime(health);
      last().drop();
      vi.advanceTimersByTime(waits.at(-1)!);
    };
    once(1_000);
    once(1_000);
    once(60_000);
    expect(waits).toEqual([500, 1_000, 500]);
  });

  it('tries at once when woken while waiting', () => {
    const { last, sockets, state } = open();
    last().drop();
    state.wake();
    expect(sockets).toHaveLength(2);
  });

  it('waits as long as bye says, and waking does not cut that short', () => {
    const { last, waits, sockets, state } = open();
    last().welcome();
    state.random = 0.5;
    last().say({ t: 'bye', code: 'restart', retry_ms: [1_000, 5_000] });
    last().drop(1012);
    expect(waits).toEqual([3_000]);
    state.wake();
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(3_000);
    expect(sockets).toHaveLength(2);
  });

  it('backs off at least 2 s after 1013', () => {
    const { last, waits, state } = open();
    state.random = 0;
    last().drop(1013);
    expect(waits).toEqual([2_000]);
  });

  it('survives a socket that cannot even be made', () => {
    const { last, state, states, sockets } = open();
    state.refuse = true;
    last().drop();
    vi.advanceTimersByTime(500);
    expect(states.at(-1)).toBe('waiting');
    state.refuse = false;
    vi.advanceTimersByTime(1_000);
    expect(sockets).toHaveLength(2);
  });

  it('tries at once when the person asks', () => {
    const { last, sockets, connection } = open();
    last().drop(4007);
    expect(connection.state).toBe('stopped');
    connection.retryNow();
    expect(sockets).toHaveLength(2);
  });
});

describe('close codes', () => {
  it.each([1000, 1003, 1007, 1008, 1009, 4003, 4007])('%i stops', (code) => {
    const { last, sockets, connection } = open();
    last().drop(code);
    vi.advanceTimersByTime(120_000);
    expect(connection.state).toBe('stopped');
    expect(sockets).toHaveLength(1);
  });

  it.each([1001, 1006, 1011, 1012, 4100, 4102, 4201, 4301])('%i comes back', (code) => {
    const { last, sockets } = open();
    last().drop(code);
    vi.advanceTimersByTime(30_000);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it('4005 is signed out', () => {
    const { last, connection } = open();
    last().drop(4005);
    expect(connection.state).toBe('signed_out');
  });

  it('4000 asks for a reload and stops', () => {
    const { last, connection, onReload } = open();
    last().drop(4000);
    expect(onReload).toHaveBeenCalledOnce();
    expect(connection.state).toBe('stopped');
  });

  it('4302 drops the token and comes straight back, but not for ever', () => {
    const { last, onTokenUnknown, waits } = open();
    last().drop(4302);
    expect(onTokenUnknown).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(0);
    last().drop(4302);
    expect(waits).toEqual([0, 1_000]);
  });

  it('close() is silent and final', () => {
    const { last, connection, states, state, sockets } = open();
    last().welcome();
    connection.close();
    expect(sockets[0]?.closed).toBe(1000);
    state.wake();
    vi.advanceTimersByTime(60_000);
    expect(states).toEqual(['connecting', 'open']);
    expect(sockets).toHaveLength(1);
  });
});
