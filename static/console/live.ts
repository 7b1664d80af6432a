import { Connection, type ConnectionState, type Environment } from '../../widget/core/connection';
import { uuid } from '../../widget/core/ids';
import { missing } from '../../widget/core/log';
import { eventOf, Outbox, type Line } from '../../widget/core/outbox';
import type { AgentClientFrame, AgentServerFrame, ErrorCode, FileInfo, Summary } from '../../widget/core/protocol';
import { Receipts } from '../../widget/core/receipts';
import type { KeyValue } from '../../widget/core/storage';
import { TYPING_LAPSE } from '../../widget/core/typing';
import { Gets } from './gets';
import { isMine, mayAnswer } from './lists';
import type { Action, ConsoleState } from './state';

/** Events asked for at a time. */
const PAGE = 60;
/** As many as the server gives at most. */
const MOST = 200;

/** What the live part takes from the store, and tells it. */
export interface LiveOptions {
  readonly url: string;
  readonly storage: KeyValue;
  state(): ConsoleState;
  dispatch(action: Action): void;
  /** Whether a connection that begins now does so with nobody at the desk. */
  isIdle(): boolean;
  /** A frame was taken in: for sounds and the like. */
  onFrame(frame: AgentServerFrame): void;
  onConnection(state: ConnectionState): void;
  onLines(lines: readonly Line[]): void;
  /** Conversations whose lines are being asked for. */
  onLoading(convs: ReadonlySet<string>): void;
  onRefused(code: ErrorCode): void;
  onReload(): void;
  readonly environment?: Environment;
}

/**
 * The console's socket: keeps the state up to date, fills holes in logs, follows the conversation
 * that is looked at, and carries our lines until the server has them.
 */
export class Live {
  private readonly connection: Connection<AgentServerFrame, AgentClientFrame>;
  private outbox: Outbox | undefined;
  private readonly gets: Gets;
  private typed = { conv: '', at: 0 };
  private looking: string | undefined;
  private watched: string | undefined;
  private idle = false;
  private readonly readUpTo = new Map<string, number>();
  private readonly receipts = new Receipts((conv, seq) => this.connection.send({ t: 'received', conv, seq }));

  constructor(private readonly options: LiveOptions) {
    this.gets = new Gets((frame) => this.connection.send(frame), options.onLoading);
    this.connection = new Connection<AgentServerFrame, AgentClientFrame>({
      url: options.url,
      hello: () => this.hello(),
      onFrame: (frame) => this.hear(frame),
      onState: (state) => this.connectionChanged(state),
      onReload: options.onReload,
      ...(options.environment ? { environment: options.environment } : {}),
    });
  }

  /** Looks at a conversation whose summary is in the state, or at none. */
  look(conv: string | undefined): void {
    if (this.watched !== undefined && this.watched !== conv) {
      this.connection.send({ t: 'unwatch', id: uuid(), conv: this.watched });
      this.watched = undefined;
    }
    this.looking = conv;
    const summary = conv === undefined ? undefined : this.options.state().convs.get(conv);
    if (!summary) return;
    this.options.dispatch({ type: 'open', conv: summary.id, lastSeq: summary.last_seq });
    this.follow();
    this.catchUp(summary.id);
  }

  /** Asks for the lines before the first one held; nothing when there are none or they are on their way. */
  older(conv: string): void {
    const log = this.options.state().logs.get(conv);
    if (log && log.first > 1) this.gets.ask(conv, 'before', log.first, PAGE);
  }

  /** Keeps a line, or a note for colleagues, and sends it as soon as there is a connection. */
  send(conv: string, text: string, note = false): void {
    this.typed = { conv: '', at: 0 };
    this.outbox?.add(conv, text, note);
  }

  /** Sends a file that was uploaded to a conversation. */
  attach(conv: string, file: FileInfo): void {
    this.outbox?.add(conv, '', false, file);
  }

  /** Tries a refused line again. */
  retry(cid: string): void {
    this.outbox?.retry(cid);
  }

  /** Forgets a refused line. */
  discard(cid: string): void {
    this.outbox?.discard(cid);
  }

  /** Tells the visitor that we are writing: again only shortly before it would lapse. */
  typing(conv: string): void {
    const at = Date.now();
    if (this.typed.conv === conv && at - this.typed.at < TYPING_LAPSE / 2) return;
    if (this.connection.send({ t: 'typing', conv })) this.typed = { conv, at };
  }

  /** We have read everything up to `seq`. */
  read(conv: string, seq: number): void {
    if ((this.readUpTo.get(conv) ?? 0) >= seq) return;
    if (!this.connection.send({ t: 'read', conv, seq })) return;
    this.readUpTo.set(conv, seq);
    this.receipts.read(conv, seq);
    this.options.dispatch({ type: 'seen', conv });
  }

  /** Connects at once. */
  retryNow(): void {
    this.connection.retryNow();
  }

  /** Hangs up for good: when signing out. */
  close(): void {
    this.connection.close();
    this.outbox?.pause();
  }

  private hello(): AgentClientFrame {
    const { me, epoch, logs, convs } = this.options.state();
    const after: Record<string, number> = {};
    for (const [conv, log] of logs) {
      const summary = convs.get(conv);
      if (summary && mayAnswer(summary, me?.id)) after[conv] = log.last;
    }
    this.idle = this.options.isIdle();
    return { t: 'hello', ...(epoch === '' ? {} : { epoch, after }), ...(this.idle ? { idle: true } : {}) };
  }

  private connectionChanged(state: ConnectionState): void {
    if (state !== 'open') {
      this.outbox?.pause();
      this.watched = undefined;
      this.gets.clear();
    }
    this.options.onConnection(state);
    if (state === 'open') this.outbox?.flush();
  }

  private hear(frame: AgentServerFrame): void {
    if (frame.t === 'ack') this.acked(frame);
    this.options.dispatch({ type: 'frame', frame, now: Date.now() });
    switch (frame.t) {
      case 'welcome':
        // Nobody tells us what we said ourselves.
        if (this.idle && frame.me.status === 'online') {
          this.options.dispatch({ type: 'frame', frame: { t: 'presence', agent: frame.me.id, status: 'away', accepting: frame.me.accepting }, now: Date.now() });
        }
        this.readUpTo.clear();
        this.receipts.forget();
        for (const summary of frame.convs) this.arrived(summary);
        this.outbox ??= this.makeOutbox(frame.me.id);
        if (this.looking !== undefined) this.look(this.looking);
        break;
      case 'event':
        if (frame.cid !== undefined) this.outbox?.done(frame.cid);
        this.fillHole(frame.conv);
        if (frame.from.type === 'visitor' && this.isOurs(frame.conv)) this.receipts.arrived(frame.conv, frame.seq);
        break;
      case 'sync':
        this.synced(frame);
        break;
      case 'conv':
        if (frame.id === this.looking) this.follow();
        this.arrived(frame);
        break;
      case 'reset':
        if (this.looking !== undefined) this.look(this.looking);
        this.outbox?.flush();
        break;
      case 'err':
        this.refused(frame);
        break;
      default:
    }
    this.options.onFrame(frame);
  }

  /** Tells the visitor that their last line is with the agent who has the conversation. */
  private arrived({ id, last }: Summary): void {
    if (last?.from.type === 'visitor' && this.isOurs(id)) this.receipts.arrived(id, last.seq);
  }

  private isOurs(conv: string): boolean {
    const { convs, me } = this.options.state();
    const summary = convs.get(conv);
    return summary !== undefined && isMine(summary, me?.id);
  }

  /** Shows the line where it belongs before it leaves the outbox, so that it never disappears in between. */
  private acked(frame: Extract<AgentServerFrame, { t: 'ack' }>): void {
    const line = this.outbox?.lines.find(({ cid }) => cid === frame.cid);
    const me = this.options.state().me;
    if (line && me) {
      this.options.dispatch({ type: 'acked', event: eventOf(line, frame, { type: 'agent', id: me.id, name: me.name }) });
      this.fillHole(frame.conv);
    }
    this.outbox?.done(frame.cid);
  }

  private refused(frame: Extract<AgentServerFrame, { t: 'err' }>): void {
    if (frame.cid !== undefined) return this.outbox?.refused(frame.cid, frame.code, frame.retry_ms);
    if (this.gets.answered(frame.id)) this.options.onRefused(frame.code);
  }

  /** Follows the conversation looked at when nobody sends us its lines anyway. */
  private follow(): void {
    const { convs, me } = this.options.state();
    const summary = this.looking === undefined ? undefined : convs.get(this.looking);
    if (!summary || summary.state === 'closed' || isMine(summary, me?.id) || this.watched === summary.id) return;
    if (!this.connection.send({ t: 'watch', id: uuid(), conv: summary.id })) return;
    this.watched = summary.id;
    this.catchUp(summary.id);
  }

  private catchUp(conv: string): void {
    const { logs, convs } = this.options.state();
    const log = logs.get(conv);
    if (!log) return;
    if (log.events.length === 0) this.gets.ask(conv, 'before', Math.max(log.last, convs.get(conv)?.last_seq ?? 0) + 1, PAGE);
    else this.gets.ask(conv, 'after', log.last, MOST);
  }

  private fillHole(conv: string): void {
    const log = this.options.state().logs.get(conv);
    const hole = log && log.events.length > 0 ? missing(log) : undefined;
    if (hole && 'after' in hole) this.gets.ask(conv, 'after', hole.after, MOST);
  }

  private synced(frame: Extract<AgentServerFrame, { t: 'sync' }>): void {
    if (this.gets.answered(frame.id)?.direction === 'before') return;
    if (frame.more && this.options.state().logs.has(frame.conv)) this.gets.ask(frame.conv, 'after', frame.to, MOST);
  }

  private makeOutbox(agent: string): Outbox {
    const outbox: Outbox = new Outbox({
      storage: this.options.storage,
      prefix: `foyer:agent:${agent}:line:`,
      send: (line) => this.connection.send(sendFrame(line)),
      onStuck: () => this.connection.reconnect(),
      onChange: (lines) => this.options.onLines(lines),
    });
    this.options.onLines(outbox.lines);
    return outbox;
  }
}

function sendFrame({ conv, cid, text, note, file }: Line): AgentClientFrame {
  if (file) return { t: 'send', conv, cid, file: file.id };
  return { t: 'send', conv, cid, text, ...(note ? { note: true } : {}) };
}
