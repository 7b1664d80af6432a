import { uuid } from './ids';
import type { Author, ConversationEvent, ErrorCode, FileInfo } from './protocol';
import type { KeyValue } from './storage';

/** A line that was written but is not yet known to be stored by the server. */
export interface Line {
  /** Made before the first try; the server takes the same one only once. */
  readonly cid: string;
  /** The conversation; empty while the first line of a new one has not been answered. */
  readonly conv: string;
  readonly text: string;
  readonly note?: boolean;
  /** What was uploaded, in the place of text; it can be sent in `conv` only. */
  readonly file?: FileInfo;
  /** It is left as a message, which the server has yet to be told: by `start`, also in a conversation. Its text may be empty then. */
  readonly left?: boolean;
  /** `failed`: the server refused it, `code` says why; the person may retry or discard. */
  readonly state: 'sending' | 'failed';
  readonly code?: ErrorCode;
  /** Orders lines among themselves; grows. */
  readonly order: number;
}

/** What an outbox needs. */
export interface OutboxOptions {
  readonly storage: KeyValue;
  /** Keys begin with this; one per site or agent. Each line has its own key, so tabs cannot overwrite each other. */
  readonly prefix: string;
  /** Puts a line on the wire; false when there is no connection, then it waits for `flush`. */
  send(line: Line): boolean;
  /** A line had no answer for 10 s: reconnect. */
  onStuck(): void;
  /** The lines changed; `lines` is a new list. */
  onChange(lines: readonly Line[]): void;
}

/** How long an answer may take, ms. */
export const ACK_TIMEOUT = 10_000;

/**
 * Keeps lines until the server has them: across reconnects, reloads and crashes. A line may be sent
 * twice, by this tab or another; the server knows it by `cid`.
 */
export class Outbox {
  private list: readonly Line[] = [];
  private readonly waiting = new Map<string, ReturnType<typeof setTimeout>>();
  private held: ReturnType<typeof setTimeout> | undefined;
  /** The server asked for patience: one line at a time, until all are said. */
  private slow = false;
  /** Acknowledged, and in the list only until they are in the log. */
  private readonly stored = new Set<string>();

  constructor(private readonly options: OutboxOptions) {
    this.load();
  }

  /** All lines, oldest first. */
  get lines(): readonly Line[] {
    return this.list;
  }

  /** Keeps a line, then tries to send it. `conv` is empty for the first line of a new conversation. */
  add(conv: string, text: string, note = false, file?: FileInfo): Line {
    return this.put(conv, text, { ...(note ? { note } : {}), ...(file ? { file } : {}) });
  }

  /** Keeps a message that is left while nobody can answer, then tries to send it. */
  leave(conv: string, text: string): Line {
    return this.put(conv, text, { left: true });
  }

  /** Sends everything that is not refused, in order: after each `welcome`. Also picks up what other tabs left. */
  flush(): void {
    this.pause();
    this.stored.clear();
    this.load();
    this.push();
  }

  /** Sends, in order, what is neither refused nor already on its way. */
  push(): void {
    if (this.held !== undefined) return;
    for (const line of this.list) {
      if (line.state !== 'sending' || this.waiting.has(line.cid) || this.stored.has(line.cid)) continue;
      if (this.slow && this.waiting.size > 0) return;
      this.transmit(line);
    }
  }

  /** The connection is gone: no answer is awaited until the next `flush`. */
  pause(): void {
    clearTimeout(this.held);
    this.held = undefined;
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }

  /** The answer came (`ack`), but the line is not in the log yet: it stays until `done`, no longer awaited. */
  acked(cid: string): void {
    this.settle(cid);
    this.stored.add(cid);
    this.next();
  }

  /** The line is in the log: its event came, or one was made of its `ack`. */
  done(cid: string): void {
    this.settle(cid);
    this.stored.delete(cid);
    this.options.storage.remove(this.options.prefix + cid);
    if (this.find(cid)) this.change(this.list.filter((line) => line.cid !== cid));
    this.next();
  }

  /**
   * The server answered `err` to a line. Passing trouble keeps it waiting: `rate_limited` holds all
   * lines for `retryMs`, after which they go out one at a time, `unavailable` until the reconnect that
   * follows. Anything else fails it.
   */
  refused(cid: string, code: ErrorCode, retryMs = 1_000): void {
    const line = this.find(cid);
    if (line === undefined) return;
    this.settle(cid);
    if (code === 'unavailable') return;
    if (code !== 'rate_limited') {
      // A message without words of its own has nothing to show: the conversation waits on.
      if (line.left && line.text === '') return this.done(cid);
      this.replace({ ...line, state: 'failed', code });
      return this.next();
    }
    this.slow = true;
    clearTimeout(this.held);
    this.held = setTimeout(() => this.flush(), retryMs);
  }

  /** Tries a failed line again, as the newest one and under a new `cid`; in `conv`, when given. */
  retry(cid: string, conv?: string): void {
    const line = this.find(cid);
    if (line === undefined) return;
    this.done(cid);
    const { text, note, file, left } = line;
    this.put(file ? line.conv : (conv ?? line.conv), text, { ...(note && { note }), ...(file && { file }), ...(left && { left }) });
  }

  /** Forgets a line. */
  discard(cid: string): void {
    this.done(cid);
  }

  /** The `start` of this line was answered: what was left is, and may be said again by `send`. */
  begun(cid: string): void {
    const line = this.find(cid);
    if (!line?.left) return;
    const { left: _, ...rest } = line;
    if (line.text === '') this.done(cid);
    else this.replace(rest);
  }

  /** The new conversation has its id: lines that had none belong to it. Sends nothing. */
  adopt(conv: string): void {
    for (const line of this.list.filter((one) => one.conv === '')) this.replace({ ...line, conv });
  }

  /**
   * The person has only this conversation, or none yet: lines that were to go to another wait for
   * the next one, files have failed (they can go nowhere else), refused ones are forgotten. Sends nothing.
   */
  keepTo(conv: string | undefined): void {
    for (const line of this.list.filter((one) => one.conv !== '' && one.conv !== conv)) {
      if (line.state === 'failed') this.done(line.cid);
      else this.replace({ ...line, conv: '', ...(line.file && { state: 'failed', code: 'closed' }) });
    }
  }

  private put(conv: string, text: string, more: Pick<Line, 'note' | 'file' | 'left'>): Line {
    const order = Math.max(Date.now(), (this.list.at(-1)?.order ?? 0) + 1);
    const line: Line = { cid: uuid(), conv, text, state: 'sending', order, ...more };
    this.keep(line);
    this.change([...this.list, line]);
    this.push();
    return line;
  }

  private transmit(line: Line): void {
    if (!this.options.send(line)) return;
    this.settle(line.cid);
    const stuck = () => {
      this.pause();
      this.options.onStuck();
    };
    this.waiting.set(line.cid, setTimeout(stuck, ACK_TIMEOUT));
  }

  /** While slow: the next line, now that one was answered. */
  private next(): void {
    if (!this.slow) return;
    this.slow = this.list.some((line) => line.state === 'sending' && !this.stored.has(line.cid));
    this.push();
  }

  private settle(cid: string): void {
    clearTimeout(this.waiting.get(cid));
    this.waiting.delete(cid);
  }

  private find(cid: string): Line | undefined {
    return this.list.find((line) => line.cid === cid);
  }

  private replace(line: Line): void {
    this.keep(line);
    this.change(this.list.map((other) => (other.cid === line.cid ? line : other)));
  }

  private keep(line: Line): void {
    this.options.storage.set(this.options.prefix + line.cid, JSON.stringify(line));
  }

  /** Adds what is stored and not yet in the list: from before a reload, or from another tab. */
  private load(): void {
    const { storage, prefix } = this.options;
    const found = storage
      .keys(prefix)
      .map((key) => parseLine(storage.get(key)))
      .filter((line) => line !== undefined && this.find(line.cid) === undefined) as Line[];
    if (found.length > 0) this.change([...this.list, ...found]);
  }

  private change(lines: readonly Line[]): void {
    this.list = [...lines].sort((a, b) => a.order - b.order);
    this.options.onChange(this.list);
  }
}

/** The event that an `ack` says there is now, so that the line moves into the log without a flicker. */
export function eventOf(line: Line, ack: { readonly conv: string; readonly seq: number; readonly at: string }, from: Author): ConversationEvent {
  const { cid, text, file } = line;
  const common = { t: 'event', conv: ack.conv, seq: ack.seq, at: ack.at, from, cid } as const;
  return file ? { ...common, kind: 'file', file } : { ...common, kind: line.note ? 'note' : 'message', text };
}

function parseLine(json: string | null): Line | undefined {
  try {
    const line = JSON.parse(json ?? '') as Partial<Line> | null;
    const whole =
      typeof line?.cid === 'string' &&
      typeof line.conv === 'string' &&
      typeof line.text === 'string' &&
      typeof line.order === 'number' &&
      (line.state === 'sending' || line.state === 'failed');
    return whole ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}
