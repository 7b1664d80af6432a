import type { KeyValue } from '../../widget/core/storage';

/** What was written and not sent, by conversation; kept in this browser, apart for each agent. */
export interface Drafts {
  get(conv: string, note?: boolean): string;
  /** Keeps it; nothing written is forgotten. */
  keep(conv: string, text: string, note?: boolean): void;
}

/** Makes the drafts of whoever `me` names. */
export function makeDrafts(storage: KeyValue, me: () => string | undefined): Drafts {
  const key = (conv: string, note: boolean) => `foyer:agent:${me() ?? ''}:${note ? 'note' : 'draft'}:${conv}`;
  return {
    get: (conv, note = false) => storage.get(key(conv, note)) ?? '',
    keep: (conv, text, note = false) => (text === '' ? storage.remove(key(conv, note)) : storage.set(key(conv, note), text)),
  };
}
