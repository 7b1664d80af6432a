import { vi } from 'vitest';
import type { Environment } from './environment';

/** A WebSocket that a test plays the server of. */
export class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed: number | undefined;
  readonly sent: Record<string, unknown>[] = [];

  constructor(readonly url: string) {}

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(code = 1005): void {
    this.closed = code;
  }

  /** The server accepts. */
  accept(): void {
    this.onopen?.();
  }

  /** The server says something. */
  say(frame: Readonly<Record<string, unknown>>): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** The server accepts and welcomes. */
  welcome(more: Readonly<Record<string, unknown>> = {}): void {
    this.accept();
    this.say({ t: 'welcome', epoch: 'e', ping_ms: 20_000, dead_ms: 35_000, me: { id: 'v1', name: '' }, site: { name: 'Shop', online: true, open: true, typing_preview: true }, ...more });
  }

  /** The connection ends with this code. */
  drop(code = 1006): void {
    this.onclose?.({ code });
  }

  /** The frames of one type the client sent. */
  of(t: string): Record<string, unknown>[] {
    return this.sent.filter((frame) => frame['t'] === t);
  }
}

/** Sockets, randomness and wake-ups under the test's hand; time by vitest's fake timers. */
export function fakeEnvironment() {
  const sockets: FakeSocket[] = [];
  const state = { random: 1, refuse: false, wake: () => undefined as void };
  const environment: Environment = {
    now: () => Date.now(),
    random: () => state.random,
    socket(url) {
      if (state.refuse) throw new Error('blocked by policy');
      const socket = new FakeSocket(url);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    setTimeout: (work, ms) => setTimeout(work, ms) as unknown as number,
    clearTimeout: (timer) => clearTimeout(timer),
    onWake(back) {
      state.wake = back;
      return vi.fn();
    },
  };
  return { environment, sockets, state, last: () => sockets.at(-1)! };
}

/** A Web Storage in memory that can be made to throw. */
export class FakeStorage implements Storage {
  broken = false;
  readonly map = new Map<string, string>();

  get length(): number {
    this.check();
    return this.map.size;
  }

  clear(): void {
    this.map.clear();
  }

  getItem(key: string): string | null {
    this.check();
    return this.map.get(key) ?? null;
  }

  key(index: number): string | null {
    return [...this.map.keys()][index] ?? null;
  }

  removeItem(key: string): void {
    this.check();
    this.map.delete(key);
  }

  setItem(key: string, value: string): void {
    this.check();
    this.map.set(key, value);
  }

  private check(): void {
    if (this.broken) throw new Error('SecurityError');
  }
}
