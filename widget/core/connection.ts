import { backoff, verdict } from './backoff';
import { browserEnvironment, type Environment } from './environment';
import { parseFrame, retryRange } from './frame';

export type { Environment } from './environment';

/**
 * How the connection fares. `waiting`: lost, will try again; `stopped`: will not (bad request,
 * banned, too many); `signed_out`: the session was revoked.
 */
export type ConnectionState = 'connecting' | 'open' | 'waiting' | 'stopped' | 'signed_out';

/** Why the state changed. */
export interface StateDetail {
  /** The close code, where there was one. */
  readonly code?: number;
  /** `waiting`: how long until the next try, ms. */
  readonly wait?: number;
}

/** What a connection is made of. */
export interface ConnectionOptions<In, Out> {
  /** Where to, `ws:` or `wss:`. */
  readonly url: string;
  /** Makes the first frame; called anew for each socket. */
  hello(): Out;
  /** Hears each frame in order, but not `ping`. Frames sent from within `welcome` go out. */
  onFrame(frame: In): void;
  onState(state: ConnectionState, detail: StateDetail): void;
  /** The token is unknown (4302): forget it; the next `hello` must do without. */
  onTokenUnknown?(): void;
  /** Our version is no longer served (4000): load the page anew, once. */
  onReload?(): void;
  readonly environment?: Environment;
}

/** Silence allowed until `welcome` tells, ms. */
const FIRST_DEAD = 20_000;
/** This long without a loss and the tries count from 0 again, ms. */
const HEALTHY = 60_000;

/**
 * One socket to the server that comes back by itself: docs/protocol.md, 'Heartbeat', 'Reconnecting' and
 * 'Close codes'. It knows no more of the frames than that needs. Connects when made; `open` means welcomed.
 */
export class Connection<In extends { readonly t: string }, Out extends { readonly t: string }> {
  private readonly env: Environment;
  private readonly stopWake: () => void;
  private socket: WebSocket | undefined;
  private current: ConnectionState = 'connecting';
  private tries = 0;
  private heardAt = 0;
  private welcomedAt = 0;
  private dead = FIRST_DEAD;
  private timer: number | undefined;
  private bye: readonly [number, number] | undefined;
  // The server asked for this wait: being shown or online again does not cut it short.
  private patient = false;

  constructor(private readonly options: ConnectionOptions<In, Out>) {
    this.env = options.environment ?? browserEnvironment();
    this.stopWake = this.env.onWake(() => this.wake());
    this.connect();
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** Puts a frame on the wire; false (and nothing done) unless `open`. */
  send(frame: Out): boolean {
    if (this.current !== 'open' || this.socket === undefined) return false;
    return this.write(frame);
  }

  /** Gives the socket up and tries again after the usual wait, for example since an ack is overdue. */
  reconnect(): void {
    if (this.socket !== undefined) this.lost(0);
  }

  /** Tries at once: the person asked. Also revives a stopped connection. */
  retryNow(): void {
    if (this.current !== 'open' && this.current !== 'connecting') this.connect();
  }

  /** Ends it for good. No callback comes after. */
  close(): void {
    this.stopWake();
    this.clearTimer();
    this.current = 'stopped';
    const socket = this.release();
    if (socket !== undefined) quietly(() => socket.close(1000));
  }

  private connect(): void {
    this.clearTimer();
    this.patient = false;
    this.bye = undefined;
    this.dead = FIRST_DEAD;
    this.heardAt = this.env.now();
    this.become('connecting', {});
    let socket: WebSocket;
    try {
      socket = this.env.socket(this.options.url);
    } catch {
      this.wait(this.nextWait(), {});
      return;
    }
    this.socket = socket;
    socket.onopen = () => this.write(this.options.hello());
    socket.onmessage = (event: MessageEvent<unknown>) => this.hear(event.data);
    socket.onclose = (event: CloseEvent) => this.lost(event.code);
    this.watch();
  }

  private hear(data: unknown): void {
    this.heardAt = this.env.now();
    const frame = parseFrame(data);
    if (frame === undefined) return;
    if (frame.t === 'ping') {
      this.write({ t: 'pong', n: frame.n });
      return;
    }
    if (frame.t === 'bye') this.bye = retryRange(frame.retry_ms);
    if (frame.t !== 'welcome') {
      this.options.onFrame(frame as unknown as In);
      return;
    }
    if (typeof frame.dead_ms === 'number' && frame.dead_ms > 0) this.dead = frame.dead_ms;
    this.welcomedAt = this.heardAt;
    this.watch();
    this.current = 'open';
    this.options.onFrame(frame as unknown as In);
    if (this.current === 'open') this.options.onState('open', {});
  }

  /** Looks again when the peer would be dead. */
  private watch(): void {
    this.clearTimer();
    const quiet = Math.max(0, this.env.now() - this.heardAt);
    this.timer = this.env.setTimeout(() => this.check(), Math.max(50, this.dead - quiet));
  }

  private check(): void {
    if (this.socket === undefined) return;
    const quiet = this.env.now() - this.heardAt;
    // A clock that was set back starts the watch anew.
    if (quiet < 0) this.heardAt = this.env.now();
    if (quiet >= this.dead) this.lost(0);
    else this.watch();
  }

  private wake(): void {
    if (this.current === 'waiting' && !this.patient) this.connect();
    else this.check();
  }

  private lost(code: number): void {
    const socket = this.release();
    if (socket !== undefined) quietly(() => socket.close());
    this.clearTimer();
    if (this.current === 'open' && this.env.now() - this.welcomedAt >= HEALTHY) this.tries = 0;
    const next = verdict(code);
    switch (next.do) {
      case 'stop':
        return this.become('stopped', { code });
      case 'sign_in':
        return this.become('signed_out', { code });
      case 'reload':
        this.become('stopped', { code });
        return this.options.onReload?.();
      case 'drop_token': {
        this.options.onTokenUnknown?.();
        const first = this.tries === 0;
        const wait = this.nextWait();
        return this.wait(first ? 0 : wait, { code });
      }
      case 'retry':
        return this.retry(code, next.atLeast);
    }
  }

  private retry(code: number, atLeast: number): void {
    const asked = this.bye;
    const wait = asked
      ? asked[0] + this.env.random() * (asked[1] - asked[0])
      : Math.max(this.nextWait(), atLeast + this.env.random() * atLeast);
    this.patient = asked !== undefined || atLeast > 0;
    this.wait(wait, code === 0 ? {} : { code });
  }

  private nextWait(): number {
    return backoff(this.tries++, () => this.env.random());
  }

  private wait(ms: number, detail: StateDetail): void {
    this.clearTimer();
    this.timer = this.env.setTimeout(() => this.connect(), ms);
    this.become('waiting', { ...detail, wait: ms });
  }

  private become(state: ConnectionState, detail: StateDetail): void {
    this.current = state;
    this.options.onState(state, detail);
  }

  private write(frame: { readonly t: string; readonly [field: string]: unknown } | Out): boolean {
    const socket = this.socket;
    return socket !== undefined && quietly(() => socket.send(JSON.stringify(frame)));
  }

  /** Lets go of the socket, so that nothing it still says is heard. */
  private release(): WebSocket | undefined {
    const socket = this.socket;
    this.socket = undefined;
    if (socket !== undefined) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }

  private clearTimer(): void {
    if (this.timer !== undefined) this.env.clearTimeout(this.timer);
    this.timer = undefined;
  }
}

function quietly(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
