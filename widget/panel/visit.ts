import type { HostPage } from '../core/port';
import type { VisitorClientFrame } from '../core/protocol';

/** The page the visitor is on, and which one the server knows of. */
export class Visit {
  private page: HostPage | undefined;
  private told: string | undefined;

  constructor(private readonly send: (frame: VisitorClientFrame) => boolean) {}

  /** The page for a `hello`, which tells the server of it. */
  greet(): HostPage | undefined {
    this.told = this.page?.url;
    return this.page;
  }

  /** The visitor is on this page now. */
  at(page: HostPage): void {
    this.page = page;
    this.tell();
  }

  /** Tells the server of a page it does not know of yet. */
  tell(): void {
    const { page } = this;
    if (page === undefined || page.url === this.told) return;
    if (this.send({ t: 'page', url: page.url, title: page.title })) this.told = page.url;
  }
}
