import type { Dictionary } from '../core/i18n';

/** What the server put into the page for us. */
export interface Boot {
  /** The site's public key. */
  readonly site: string;
  /** BCP 47 tag of `strings`. */
  readonly locale: string;
  readonly strings: Dictionary;
  /** Origins of the pages that may frame us. */
  readonly origins: readonly string[];
  /** The largest file that may be uploaded, bytes. */
  readonly maxUpload: number;
}

/** Reads the `#boot` element. Throws when the page has none or it is not ours. */
export function readBoot(doc: Document): Boot {
  const boot = JSON.parse(doc.getElementById('boot')?.textContent ?? 'null') as (Partial<Boot> & { max_upload?: number }) | null;
  if (typeof boot?.site !== 'string' || typeof boot.strings !== 'object') throw new Error('panel: the page has no boot data');
  return { site: boot.site, locale: boot.locale ?? 'en', strings: boot.strings, origins: boot.origins ?? [], maxUpload: boot.max_upload ?? 0 };
}
