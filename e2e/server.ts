import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Settings by the name of their variable, for example `FOYER_QUEUE_AGENT_GRACE: '2s'`. */
export type Settings = Readonly<Record<string, string>>;

const BINARY = resolve('bin/foyer');
/** How long a start and a stop may take, ms. */
const PATIENCE = 15_000;

/** A Foyer of its own: bin/foyer as a process, with a port and an SQLite file that stay the same over restarts. */
export class Server {
  /** Everything it printed, over all its lives. */
  output = '';
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: Settings,
  ) {}

  /** Makes the place for one and starts it with `--demo`. */
  static async start(settings: Settings = {}): Promise<Server> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there: run make build`);
    const server = new Server(await freePort(), await mkdtemp(join(tmpdir(), 'foyer-')), settings);
    await server.start();
    return server;
  }

  /** Our own origin, where console, API and widget are. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The pretend shop: another site than `origin`, so that the widget is a third party there. */
  get shop(): string {
    return `http://localhost:${this.port}/demo`;
  }

  /** Starts it (again) and waits until it is ready. */
  async start(): Promise<void> {
    const strangers = Object.entries(process.env).filter(([name]) => !name.startsWith('FOYER_'));
    const child = spawn(BINARY, ['serve', '--demo'], {
      cwd: this.folder, // no config.yaml here: the defaults
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(strangers),
        FOYER_HTTP_ADDR: `127.0.0.1:${this.port}`,
        FOYER_DATABASE_DSN: join(this.folder, 'foyer.db'),
        ...this.settings,
      },
    });
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    const until = Date.now() + PATIENCE;
    while (!(await this.isReady())) {
      if (child.exitCode !== null) throw new Error(`foyer ended with ${child.exitCode}:\n${this.output}`);
      if (Date.now() > until) throw new Error(`foyer is not ready after ${PATIENCE} ms:\n${this.output}`);
      await sleep(20);
    }
  }

  /** Kills it as a power cut of the process would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Stops it as an operator would; the exit code tells whether it went well. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Stops it if it runs, and removes what it kept. */
  async remove(): Promise<number | null> {
    const code = this.process ? await this.stop() : 0;
    await rm(this.folder, { recursive: true, force: true });
    return code;
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.origin}/readyz`)).status === 200;
    } catch {
      return false; // nobody listens yet
    }
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    const gone = once(child, 'exit', { signal: AbortSignal.timeout(PATIENCE) });
    child.kill(signal);
    try {
      await gone;
    } catch {
      child.kill('SIGKILL');
      throw new Error(`foyer did not stop within ${PATIENCE} ms:\n${this.output}`);
    }
    return child.exitCode;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
