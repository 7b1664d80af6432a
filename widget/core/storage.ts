/** Named strings that outlive the page when the browser lets us, and the page only when not. Never throws. */
export interface KeyValue {
  /** The value, or null when there is none. */
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** All keys that start with `prefix`, in no order. */
  keys(prefix: string): string[];
}

/**
 * Wraps a Web Storage. Reaching for it may throw (blocked third-party storage), be null (Brave) or
 * fill up: what could not be written is kept in memory, so callers need not care.
 *
 * @param reach how to get at it, for example `() => window.localStorage`; called on every access
 */
export function safeStorage(reach: () => Storage | null | undefined): KeyValue {
  // What the storage refused; null marks a removal it refused.
  const memory = new Map<string, string | null>();
  const attempt = <T>(work: (storage: Storage) => T): { value: T } | undefined => {
    try {
      const storage = reach();
      return storage ? { value: work(storage) } : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    get(key) {
      const kept = memory.get(key);
      if (kept !== undefined) return kept;
      return attempt((storage) => storage.getItem(key))?.value ?? null;
    },
    set(key, value) {
      if (attempt((storage) => storage.setItem(key, value))) memory.delete(key);
      else memory.set(key, value);
    },
    remove(key) {
      if (attempt((storage) => storage.removeItem(key))) memory.delete(key);
      else memory.set(key, null);
    },
    keys(prefix) {
      const found = new Set(attempt(keysOf)?.value);
      for (const [key, value] of memory) {
        if (value === null) found.delete(key);
        else found.add(key);
      }
      return [...found].filter((key) => key.startsWith(prefix));
    },
  };
}

/** Only for this page: what `safeStorage` comes to when there is no storage. */
export function memoryStorage(): KeyValue {
  return safeStorage(() => null);
}

function keysOf(storage: Storage): string[] {
  const keys: string[] = [];
  for (let i = 0; i < storage.length; i++) {
    const key = storage.key(i);
    if (key !== null) keys.push(key);
  }
  return keys;
}
