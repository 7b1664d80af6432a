import { uuid } from '../../widget/core/ids';
import type { AgentClientFrame } from '../../widget/core/protocol';

/** Which way from a `seq` the log is asked for. */
export type Direction = 'after' | 'before';

interface Get {
  readonly conv: string;
  readonly direction: Direction;
}

/** Requests for stretches of logs that are not answered yet: one at a time for each end of a log. */
export class Gets {
  private readonly open = new Map<string, Get>();

  constructor(
    private readonly send: (frame: AgentClientFrame) => boolean,
    private readonly onChange: (convs: ReadonlySet<string>) => void,
  ) {}

  /** Asks, unless the same end of the same log is asked for already. */
  ask(conv: string, direction: Direction, seq: number, limit: number): void {
    for (const other of this.open.values()) if (other.conv === conv && other.direction === direction) return;
    const id = uuid();
    const range = direction === 'after' ? { after: seq } : { before: seq };
    if (!this.send({ t: 'get', id, conv, limit, ...range })) return;
    this.open.set(id, { conv, direction });
    this.changed();
  }

  /** An answer came: what it was asked for, undefined when it was not asked for here. */
  answered(id: string | undefined): Get | undefined {
    const get = id === undefined ? undefined : this.open.get(id);
    if (id === undefined || !get) return undefined;
    this.open.delete(id);
    this.changed();
    return get;
  }

  /** The connection is gone, and the answers with it. */
  clear(): void {
    if (this.open.size === 0) return;
    this.open.clear();
    this.changed();
  }

  private changed(): void {
    this.onChange(new Set([...this.open.values()].map(({ conv }) => conv)));
  }
}
