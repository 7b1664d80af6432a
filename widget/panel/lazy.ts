import { signal } from '@preact/signals';

/** What is needed only in a conversation, or while there can be none; null until it is loaded: the first load is without it. */
export const later = signal<typeof import('./later') | null>(null);

/** Loads it, unless that was done. Without it one writes and reads all the same. */
export async function loadLater(): Promise<void> {
  later.value ??= await import('./later').catch(() => null);
}
