import type { HostPage } from '../core/port';

/** What agents may know of the page around us: not its query and fragment, which may hold secrets. */
export function hostPage(): HostPage {
  const bare = (url: string) => url.replace(/[?#].*/s, '');
  return { url: bare(location.href), title: document.title, referrer: bare(document.referrer) };
}

/** Keeps a flag in the page's storage, where there is one. */
export function remember(key: string, on: boolean): void {
  try {
    if (on) localStorage.setItem(key, '1');
    else localStorage.removeItem(key);
  } catch {
    // No storage: the panel is loaded when it is wanted.
  }
}

/** Reads a flag kept by `remember`. */
export function recall(key: string): boolean {
  try {
    return localStorage.getItem(key) === '1';
  } catch {
    return false;
  }
}

/** Makes what stops the page from scrolling, and lets it again as it did before. */
export function scrollLock(): (lock: boolean) => void {
  const { style } = document.documentElement;
  let before: string | undefined;
  return (lock) => {
    if (lock === (before !== undefined)) return;
    if (lock) {
      before = style.overflow;
      style.overflow = 'hidden';
    } else {
      style.overflow = before ?? '';
      before = undefined;
    }
  };
}

/** Keeps `--vh` and `--vt` of an element at what is seen of the page above a phone's keyboard; only the top window knows. */
export function followViewport(element: HTMLElement): void {
  const view = window.visualViewport;
  if (!view) return;
  view.onresize = view.onscroll = () => {
    element.style.setProperty('--vh', `${view.height * view.scale}px`);
    element.style.setProperty('--vt', `${view.offsetTop}px`);
  };
}
