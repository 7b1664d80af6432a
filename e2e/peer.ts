import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import type { Server } from './server';

/** Something heard on a socket, and when, by this process's clock in ms. */
export interface Heard {
  readonly t: string;
  readonly heardAt: number;
  readonly [field: string]: unknown;
}

/** A question to what was heard: these fields with these values, nested ones too. */
export type Pattern = Readonly<Record<string, unknown>>;

const PATIENCE = 10_000;

/** A client of foyer.v1 without a browser: keeps what it hears and answers pings. docs/protocol.md. */
export class Peer {
  readonly heard: Heard[] = [];
  private readonly waiting = new Set<() => void>();

  protected constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => this.hear(JSON.parse(String(data)) as Heard));
  }

  protected static async dial(server: Server, path: string, cookie?: string): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, 'foyer.v1', {
      origin: server.origin,
      ...(cookie ? { headers: { cookie } } : {}),
    });
    await once(socket, 'open');
    return socket;
  }

  say(frame: { readonly t: string; readonly [field: string]: unknown }): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The first frame like `pattern`, heard already or in time to come; `from` skips that many. */
  async hears(pattern: Pattern, { from = 0, within = PATIENCE } = {}): Promise<Heard> {
    const until = performance.now() + within;
    for (;;) {
      const found = this.heard.slice(from).find((frame) => matches(frame, pattern));
      if (found) return found;
      const left = until - performance.now();
      if (left <= 0) throw new Error(`not heard within ${within} ms: ${JSON.stringify(pattern)}; heard ${this.tail()}`);
      await this.next(left);
    }
  }

  /** Stops reading and answering; the connection stays open. */
  freeze(): void {
    this.socket.pause();
  }

  close(): void {
    this.socket.close(1000);
  }

  private hear(frame: Heard): void {
    if (frame.t === 'ping') this.say({ t: 'pong', n: frame['n'] });
    this.heard.push({ ...frame, heardAt: performance.now() });
    for (const wake of this.waiting) wake();
  }

  private next(atMost: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, atMost);
      this.waiting.add(done);
    });
  }

  private tail(): string {
    return this.heard.slice(-10).map((frame) => JSON.stringify(frame)).join('\n');
  }
}

/** A visitor who has said hello. */
export class RawVisitor extends Peer {
  static async arrive(server: Server): Promise<RawVisitor> {
    const visitor = new RawVisitor(await Peer.dial(server, '/ws/visitor?site=demo'));
    visitor.say({ t: 'hello', locale: 'en' });
    await visitor.hears({ t: 'welcome' });
    return visitor;
  }

  /** Begins a conversation and returns its id. */
  async ask(text: string, name = 'Visitor'): Promise<string> {
    const id = randomUUID();
    this.say({ t: 'start', id, cid: randomUUID(), text, fields: { name } });
    const ok = await this.hears({ t: 'ok', id });
    return String(ok['conv']);
  }
}

/** An agent who has signed in, and said hello on a socket. */
export class RawAgent extends Peer {
  private constructor(
    socket: WebSocket,
    private readonly server: Server,
    private readonly cookie: string,
  ) {
    super(socket);
  }

  static async signIn(server: Server, email: string, password: string): Promise<RawAgent> {
    const answer = await call(server, 'POST', '/session', '', { email, password });
    const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
    const agent = new RawAgent(await Peer.dial(server, '/ws/agent', cookie), server, cookie);
    agent.say({ t: 'hello' });
    await agent.hears({ t: 'welcome' });
    return agent;
  }

  /** Calls the API; anything but success is an error. */
  async api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await call(this.server, method, path, this.cookie, body);
    const text = await answer.text();
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  /** Uploads a text file to a conversation and returns its id. */
  async upload(conv: string, name: string, text: string): Promise<string> {
    const body = new FormData();
    body.set('conv', conv);
    body.set('file', new Blob([text]), name);
    const answer = await fetch(`${this.server.origin}/api/v1/uploads`, { method: 'POST', headers: { origin: this.server.origin, cookie: this.cookie }, body });
    if (!answer.ok) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
    return String(((await answer.json()) as { id: string }).id);
  }
}

async function call(server: Server, method: string, path: string, cookie: string, body?: unknown): Promise<Response> {
  const answer = await fetch(`${server.origin}/api/v1${path}`, {
    method,
    headers: { origin: server.origin, cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** Whether a frame has the fields of a pattern. */
export function matches(value: unknown, pattern: Pattern): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(pattern).every(([field, wanted]) => {
    const got = (value as Record<string, unknown>)[field];
    return typeof wanted === 'object' && wanted !== null ? matches(got, wanted as Pattern) : got === wanted;
  });
}
