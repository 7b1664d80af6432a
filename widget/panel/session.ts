import { batch, signal, type ReadonlySignal } from '@preact/signals';
import { Connection } from '../core/connection';
import { uuid } from '../core/ids';
import { addEvent, emptyLog } from '../core/log';
import { eventOf, Outbox, type Line } from '../core/outbox';
import type { ErrorCode, FileInfo, VisitorClientFrame, VisitorServerFrame } from '../core/protocol';
import { TYPING_LAPSE, typingSender } from '../core/typing';
import { Gaps } from './gaps';
import { filledIn, helloFrame, type SessionOptions } from './hello';
import { LineState } from './line';
import { firstModel, isOpen, PAGE, reduce, withoutLog, type Model } from './model';
import { Reading } from './reading';
import { Visit } from './visit';

type Ack = VisitorServerFrame & { t: 'ack' };
type Err = VisitorServerFrame & { t: 'err' };

/** How long the first line may go without its event after `start` was answered, ms. */
const START_SETTLES = 1_500;

/** The chat of one visitor on one site: ties connection, outbox and memory to the model that is shown. */
export class Session {
  readonly model;
  readonly line = new LineState();
  /** The panel is open and its page is shown. */
  readonly watched = signal(false);
  readonly unread: ReadonlySignal<number>;
  /** The page the visitor is on; told to agents. */
  readonly visit = new Visit((frame) => this.put(frame));
  private readonly reading: Reading;
  private readonly gaps = new Gaps((frame) => this.put(frame));
  private readonly outbox: Outbox;
  private connection: Connection<VisitorServerFrame, VisitorClientFrame> | undefined;
  private readonly typist = typingSender((text) => this.sendTyping(text));
  /** Who waits for the answer to a change, by its id. */
  private readonly changes = new Map<string, (refused: ErrorCode | undefined) => void>();
  /** How far the server's clock is ahead of ours, ms. */
  private ahead = 0;
  private start: { readonly id: string; readonly cid: string } | undefined;
  private token: string | null = null;
  private lapse: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: SessionOptions) {
    const { memory, storage } = options;
    const place = memory.place;
    this.model = signal(firstModel(place && emptyLog(place.conv, Math.max(0, place.last - PAGE))));
    this.reading = new Reading(this.model, this.watched, memory, (frame) => this.put(frame));
    this.unread = this.reading.unread;
    this.outbox = new Outbox({
      storage,
      prefix: memory.outboxPrefix,
      send: (line) => this.transmit(line),
      onStuck: () => this.connection?.reconnect(),
      onChange: (lines) => this.set({ ...this.model.peek(), lines }),
    });
    this.set({ ...this.model.peek(), lines: this.outbox.lines });
    if (place !== null || this.outbox.lines.length > 0) this.connect();
  }

  /** Opens the connection, unless that was done: when the panel is first seen. Before, only those in a conversation need one. */
  connect(): void {
    if (this.connection !== undefined) return;
    const { options } = this;
    this.connection = new Connection<VisitorServerFrame, VisitorClientFrame>({
      url: options.url,
      hello: () => this.hello(),
      onFrame: (frame) => this.hear(frame),
      onState: (state, detail) => {
        if (state !== 'open') {
          this.outbox.pause();
          for (const id of this.changes.keys()) this.changed(id, 'unavailable');
        }
        this.line.change(state, detail.code);
      },
      onTokenUnknown: () => this.forget(),
      onReload: () => options.onReload(),
      ...(options.environment ? { environment: options.environment } : {}),
    });
  }

  /** Says a line; the first one begins a conversation. */
  say(text: string): void {
    this.typist.stop();
    const { log } = this.model.peek();
    this.outbox.add(isOpen(log) ? log.conv : '', text);
  }

  /** Leaves a message, to be answered later: what waits becomes one. `text` may be empty when something was said. */
  leave(text: string): void {
    this.typist.stop();
    const { log } = this.model.peek();
    this.outbox.leave(isOpen(log) ? log.conv : '', text);
  }

  /** Sends a file that was uploaded to a conversation. */
  attach(conv: string, file: FileInfo): void {
    this.outbox.add(conv, '', false, file);
  }

  /** The visitor changed the text in the composer. */
  typed(text: string): void {
    this.typist.typed(text);
  }

  /** Tries a refused line again; in a new conversation when this one is over. */
  retry(cid: string): void {
    const { log } = this.model.peek();
    this.outbox.retry(cid, isOpen(log) ? log.conv : '');
  }

  /** Forgets a refused line. */
  discard(cid: string): void {
    this.outbox.discard(cid);
  }

  /** The server's time, ms. */
  now(): number {
    return Date.now() + this.ahead;
  }

  /** Gives a line another text, or deletes it when there is none; resolves to why not, if so. */
  amend(seq: number, text?: string): Promise<ErrorCode | undefined> {
    const conv = this.model.peek().log?.conv ?? '';
    const id = uuid();
    const frame = text === undefined ? ({ t: 'delete', id, conv, seq } as const) : ({ t: 'edit', id, conv, seq, text } as const);
    if (!this.put(frame)) return Promise.resolve('unavailable');
    return new Promise((resolve) => this.changes.set(id, resolve));
  }

  /** Ends the conversation; false when that cannot be said now. */
  end(): boolean {
    const { log } = this.model.peek();
    return isOpen(log) && this.put({ t: 'end', id: uuid(), conv: log.conv });
  }

  /** Leaves the ended conversation behind. */
  renew(): void {
    this.reading.forget();
    for (const line of this.model.peek().lines) {
      if (line.state === 'failed') this.outbox.discard(line.cid);
    }
    this.set(withoutLog(this.model.peek()));
  }

  /** Another tab may have read on. */
  readElsewhere(): void {
    this.reading.catchUp();
  }

  /** Asks for what was said before the first event held. */
  earlier(): void {
    const { log } = this.model.peek();
    if (log && log.first > 1) this.gaps.get(log, { before: log.first });
  }

  /** Connects at once: the visitor asked. */
  retryNow(): void {
    this.connection?.retryNow();
  }

  /** Ends it; what was not sent is kept. */
  close(): void {
    this.outbox.pause();
    this.connection?.close();
  }

  private hello(): VisitorClientFrame {
    this.token = this.options.memory.token;
    return helloFrame(this.options.memory, this.options.locale, this.model.peek().log, this.visit.greet());
  }

  private hear(frame: VisitorServerFrame): void {
    const before = this.model.peek();
    batch(() => {
      this.set(reduce(before, frame));
      this.answer(frame, before);
    });
    this.options.onNews(frame, before, this.model.peek());
  }

  private answer(frame: VisitorServerFrame, before: Model): void {
    if ('at' in frame && before.caughtUp) this.ahead = Date.parse(frame.at) - Date.now();
    switch (frame.t) {
      case 'welcome':
        return this.welcomed(frame);
      case 'event':
        if (frame.cid !== undefined) this.outbox.done(frame.cid);
        return this.gaps.fill(this.model.peek().log);
      case 'ack':
        return this.acked(frame);
      case 'sync':
        return this.gaps.synced(this.model.peek().log, frame);
      case 'ok':
        this.changed(frame.id);
        return this.started(frame.id, frame.conv);
      case 'err':
        return this.refused(frame);
      case 'reset':
        this.options.memory.epoch = frame.epoch;
        if (before.log !== null) this.gaps.get(this.model.peek().log, { after: 0 });
        return this.outbox.flush();
      case 'typing':
        clearTimeout(this.lapse);
        this.lapse = setTimeout(() => this.set({ ...this.model.peek(), typing: null }), TYPING_LAPSE);
    }
  }

  private welcomed(frame: VisitorServerFrame & { t: 'welcome' }): void {
    const { memory } = this.options;
    if (frame.token !== undefined) {
      // Another tab became a visitor at the same moment and was first: be the same one.
      if (memory.token !== null) return this.connection?.reconnect();
      memory.token = this.token = frame.token;
    }
    memory.epoch = frame.epoch;
    this.gaps.forget();
    this.start = undefined;
    const { log } = this.model.peek();
    this.outbox.keepTo(log?.conv);
    if (log === null) this.reading.forget();
    // `start` was heard, its answer was not: its line is a plain one now.
    if (isOpen(log)) this.outbox.adopt(log.conv);
    this.outbox.flush();
    this.reading.tellAgain();
    this.visit.tell();
  }

  private acked(ack: Ack): void {
    const { lines, log, me } = this.model.peek();
    const line = lines.find((one) => one.cid === ack.cid);
    if (line === undefined) return;
    if (log?.conv !== ack.conv) return this.outbox.done(ack.cid);
    const next = addEvent(log, eventOf(line, ack, me));
    this.set({ ...this.model.peek(), log: next });
    if (ack.seq <= next.last) this.outbox.done(ack.cid);
    else this.outbox.acked(ack.cid);
    this.gaps.fill(next);
  }

  /** `start` was answered: lines that had no conversation have one. */
  private started(id: string, conv: string | undefined): void {
    const start = this.start;
    if (start?.id !== id || conv === undefined) return;
    this.start = undefined;
    const { log } = this.model.peek();
    if (log?.conv !== conv) this.set({ ...withoutLog(this.model.peek()), log: emptyLog(conv), caughtUp: true });
    this.outbox.begun(start.cid);
    this.outbox.adopt(conv);
    this.outbox.push();
    // Another tab was first and its conversation was the answer: then our line has yet to be said.
    setTimeout(() => {
      if (this.model.peek().lines.some((line) => line.cid === start.cid && line.state === 'sending')) this.outbox.flush();
    }, START_SETTLES);
  }

  private refused(err: Err): void {
    const cid = err.cid ?? (err.id !== undefined && err.id === this.start?.id ? this.start.cid : undefined);
    if (err.id !== undefined && err.id === this.start?.id) this.start = undefined;
    this.gaps.refused(err.id);
    if (err.id !== undefined) this.changed(err.id, err.code);
    if (cid !== undefined) this.outbox.refused(cid, err.code, err.retry_ms);
  }

  private changed(id: string, refused?: ErrorCode): void {
    this.changes.get(id)?.(refused);
    this.changes.delete(id);
  }

  private transmit(line: Line): boolean {
    const { conv, cid, text, file, left } = line;
    if (file) return this.put({ t: 'send', conv, cid, file: file.id });
    if (conv !== '' && !left) return this.put({ t: 'send', conv, cid, text });
    if (this.start !== undefined) return false;
    const start = { id: uuid(), cid };
    const fields = filledIn(this.options.memory.person);
    if (!this.put({ t: 'start', ...start, text, fields, ...(left && { kind: 'message' }) })) return false;
    this.start = start;
    return true;
  }

  private sendTyping(text: string): void {
    const { log, site } = this.model.peek();
    if (isOpen(log)) this.put({ t: 'typing', conv: log.conv, ...(site?.typing_preview ? { text } : {}) });
  }

  private put(frame: VisitorClientFrame): boolean {
    return this.connection?.send(frame) ?? false;
  }

  private forget(): void {
    // Unless another tab has a new one already.
    if (this.options.memory.token === this.token) this.options.memory.token = null;
    this.renew();
  }

  private set(model: Model): void {
    this.model.value = model;
  }
}
