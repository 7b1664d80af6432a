/**
 * What loader (on the customer's page) and panel (in the frame) say to each other. First the panel posts
 * `READY` to its parent, without any content; the loader answers with `Init` and a port, to our
 * exact origin; everything after goes over the port.
 */
export const READY = 'foyer:ready';

/** The page the visitor is on: without query and fragment, which may hold secrets. */
export interface HostPage {
  readonly url: string;
  readonly title: string;
  readonly referrer: string;
}

/** The loader's answer to `READY`; the port comes with it. */
export interface Init {
  readonly t: 'foyer:init';
  /** Whether the panel is to be seen at once. */
  readonly open: boolean;
  readonly page: HostPage;
}

export type ToPanel =
  | { readonly t: 'open' }
  | { readonly t: 'close' }
  | { readonly t: 'page'; readonly page: HostPage };

export type ToLoader =
  /** The visitor closes the panel; focus goes back to where it was. */
  | { readonly t: 'close' }
  /** Whether a conversation is open: then the panel is loaded with the next page at once. */
  | { readonly t: 'active'; readonly on: boolean }
  /** Unread lines, and the launcher's texts in the panel's language. */
  | { readonly t: 'launcher'; readonly unread: number; readonly open: string; readonly close: string; readonly title: string };
