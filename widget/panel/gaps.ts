import { uuid } from '../core/ids';
import { missing, type Log } from '../core/log';
import type { VisitorClientFrame } from '../core/protocol';
import { PAGE } from './model';

type Range = { readonly after: number } | { readonly before: number };

/** Asks for the events a log lacks: one question at a time, and never the same one for ever. */
export class Gaps {
  private asked: { readonly id: string; readonly last: number; readonly forward: boolean } | undefined;

  constructor(private readonly send: (frame: VisitorClientFrame) => boolean) {}

  /** Asks for one page of events. */
  get(log: Log | null, range: Range): void {
    if (log === null || this.asked !== undefined) return;
    const id = uuid();
    if (!this.send({ t: 'get', id, conv: log.conv, limit: PAGE, ...range })) return;
    this.asked = { id, last: log.last, forward: 'after' in range };
  }

  /** Asks for what must come before the events held early. */
  fill(log: Log | null): void {
    const gap = log && missing(log);
    if (gap) this.get(log, gap);
  }

  /** A replay ended; asks for the rest of it. An answer that brought nothing is not asked for again. */
  synced(log: Log | null, frame: { readonly id?: string; readonly conv: string; readonly more: boolean }): void {
    const asked = this.asked;
    const ours = frame.id !== undefined && frame.id === asked?.id;
    if (ours) this.asked = undefined;
    if (log === null || log.conv !== frame.conv || (ours && asked.forward && log.last === asked.last)) return;
    if (frame.more && (!ours || asked.forward)) this.get(log, { after: log.last });
    else this.fill(log);
  }

  /** The question `id` was answered by an error. */
  refused(id: string | undefined): void {
    if (id !== undefined && id === this.asked?.id) this.asked = undefined;
  }

  /** The connection is a new one: nothing that was asked will be answered. */
  forget(): void {
    this.asked = undefined;
  }
}
