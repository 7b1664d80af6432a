import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { isLine } from '../core/log';
import type { VisitorClientFrame } from '../core/protocol';
import { Receipts } from '../core/receipts';
import type { Memory } from './memory';
import { unreadAfter, type Model } from './model';

/** How far the visitor has read: kept over reloads, told to the server, counted for the badge. */
export class Reading {
  /** Lines of agents that came while the panel was closed or its page hidden. */
  readonly unread: ReadonlySignal<number>;
  private readonly seen = signal(0);
  private told = 0;
  private readonly receipts = new Receipts((conv, seq) => this.send({ t: 'received', conv, seq }));

  constructor(
    private readonly model: ReadonlySignal<Model>,
    private readonly watched: ReadonlySignal<boolean>,
    private readonly memory: Memory,
    private readonly send: (frame: VisitorClientFrame) => boolean,
  ) {
    this.seen.value = memory.place?.seen ?? 0;
    this.unread = computed(() => (watched.value ? 0 : unreadAfter(model.value.log, this.seen.value)));
    effect(() => this.keep());
  }

  /** After a reconnect: what was told last may not have arrived. */
  tellAgain(): void {
    this.told = 0;
    this.receipts.forget();
    this.tell();
  }

  /** The conversation is left behind. */
  forget(): void {
    this.memory.place = null;
    this.seen.value = 0;
    this.told = 0;
  }

  /** Takes over what another tab has seen. */
  catchUp(): void {
    const place = this.memory.place;
    if (place && place.conv === this.model.peek().log?.conv && place.seen > this.seen.peek()) this.seen.value = place.seen;
  }

  private keep(): void {
    const { log } = this.model.value;
    if (log === null) return;
    if (this.memory.place?.conv !== log.conv) {
      this.seen.value = 0;
      this.told = 0;
    }
    if (this.watched.value && log.last > this.seen.peek()) this.seen.value = log.last;
    this.memory.place = { conv: log.conv, last: log.last, seen: this.seen.value };
    this.tell();
  }

  private tell(): void {
    const { log } = this.model.peek();
    if (log === null) return;
    const heard = log.events.findLast((event) => isLine(event.kind) && event.from.type === 'agent')?.seq ?? 0;
    if (heard > this.told && this.watched.peek() && this.send({ t: 'read', conv: log.conv, seq: heard })) {
      this.told = heard;
      this.receipts.read(log.conv, heard);
    } else this.receipts.arrived(log.conv, heard);
  }
}
