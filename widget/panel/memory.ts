import type { KeyValue } from '../core/storage';

/** What the visitor told of themselves; sent with `start`, asked only once. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

/** Where the visitor was: the conversation and how far they had read it. */
export interface Place {
  readonly conv: string;
  /** The last `seq` that was shown. */
  readonly last: number;
  /** The last `seq` that was seen with the panel open. */
  readonly seen: number;
}

/** What the panel keeps over reloads in the frame's own storage, one site apart from another. */
export interface Memory {
  token: string | null;
  epoch: string | null;
  place: Place | null;
  person: Person;
  /** What stands in the composer; this tab's own. */
  draft: string;
  /** Where the outbox may keep its lines. */
  readonly outboxPrefix: string;
}

/**
 * Opens the memory of a site.
 *
 * @param storage shared by all tabs
 * @param tab this tab's own
 */
export function openMemory(storage: KeyValue, tab: KeyValue, site: string): Memory {
  const base = `foyer.${site}.`;
  const put = (name: string, value: string | null) =>
    value === null ? storage.remove(base + name) : storage.set(base + name, value);
  return {
    outboxPrefix: `${base}line.`,
    get token() {
      return storage.get(`${base}token`);
    },
    set token(value) {
      put('token', value);
    },
    get epoch() {
      return storage.get(`${base}epoch`);
    },
    set epoch(value) {
      put('epoch', value);
    },
    get place() {
      const place = parse(storage.get(`${base}place`));
      const { conv, last, seen } = place;
      return typeof conv === 'string' && typeof last === 'number' && typeof seen === 'number' ? { conv, last, seen } : null;
    },
    set place(value) {
      put('place', value && JSON.stringify(value));
    },
    get person() {
      const { name, email } = parse(storage.get(`${base}person`));
      return { name: typeof name === 'string' ? name : '', email: typeof email === 'string' ? email : '' };
    },
    set person(value) {
      put('person', JSON.stringify(value));
    },
    get draft() {
      return tab.get(`${base}draft`) ?? '';
    },
    set draft(value) {
      if (value === '') tab.remove(`${base}draft`);
      else tab.set(`${base}draft`, value);
    },
  };
}

function parse(json: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
