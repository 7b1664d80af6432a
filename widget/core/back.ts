interface Watcher {
  onclose: (() => void) | null;
  destroy(): void;
}

declare global {
  interface Window {
    CloseWatcher?: new () => Watcher;
  }
}

/**
 * Hears a phone's back button or gesture where the browser has a way that leaves the page's history alone.
 *
 * @returns what ends it
 */
export function onBack(work: () => void): () => void {
  try {
    const watcher = window.CloseWatcher && new window.CloseWatcher();
    if (watcher) watcher.onclose = work;
    return () => watcher?.destroy();
  } catch {
    // The document is on its way out.
    return () => undefined;
  }
}
