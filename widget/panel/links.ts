import type { FileInfo } from '../core/protocol';
import type { Memory } from './memory';

/** A link is asked for anew when it has less than this left, ms. */
const FRESH = 60_000;

/** Pictures chosen in this page, by file id: shown without asking the server for what came from here. */
export const own = new Map<string, string>();

const links = new Map<string, { readonly url: string; readonly until: number }>();

/** An address under which a file can be fetched now; rejects when there is none. Our token may not be in one. */
export async function linkTo(memory: Memory, file: FileInfo): Promise<string> {
  const known = links.get(file.id);
  if (known && known.until > Date.now() + FRESH) return known.url;
  const answer = await fetch(`${file.url}/link`, { method: 'POST', credentials: 'omit', headers: { authorization: `Bearer ${memory.token ?? ''}` } });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const { url } = (await answer.json()) as { url: string };
  // By our own clock: the link lives for five minutes from now.
  links.set(file.id, { url, until: Date.now() + 300_000 });
  return url;
}

/** Under what we know a file it can't be fetched: the next link is a new one. */
export function forgetLink(file: FileInfo): void {
  links.delete(file.id);
  own.delete(file.id);
}

/** Lets the browser download a file. */
export async function download(memory: Memory, file: FileInfo): Promise<void> {
  const link = document.createElement('a');
  link.href = await linkTo(memory, file);
  link.download = file.name;
  link.click();
}
