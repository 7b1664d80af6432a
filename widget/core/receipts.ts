/** How often at most one says of a conversation what has arrived, ms: docs/protocol.md, `received`. */
export const RECEIPT_PAUSE = 2_000;

/**
 * Tells the server how far conversations have arrived here: at once, then at most every 2 s, and not
 * what was read, since that says more.
 */
export class Receipts {
  private readonly told = new Map<string, number>();
  private readonly due = new Map<string, number>();
  private pause: ReturnType<typeof setTimeout> | undefined;

  /** `send` puts a receipt on the wire; false when there is no connection. */
  constructor(private readonly send: (conv: string, seq: number) => boolean) {}

  /** Everything up to `seq` is here. */
  arrived(conv: string, seq: number): void {
    if (seq <= (this.told.get(conv) ?? 0)) return;
    this.due.set(conv, seq);
    if (this.pause === undefined) this.tell();
  }

  /** Up to `seq` was read, and the server told so. */
  read(conv: string, seq: number): void {
    if (seq > (this.told.get(conv) ?? 0)) this.told.set(conv, seq);
  }

  /** The connection is a new one: what was told last may not have been heard. */
  forget(): void {
    this.told.clear();
    this.due.clear();
    clearTimeout(this.pause);
    this.pause = undefined;
  }

  private tell(): void {
    this.pause = undefined;
    for (const [conv, seq] of this.due) {
      if (seq <= (this.told.get(conv) ?? 0) || !this.send(conv, seq)) continue;
      this.told.set(conv, seq);
      this.pause ??= setTimeout(() => this.tell(), RECEIPT_PAUSE);
    }
    this.due.clear();
  }
}
