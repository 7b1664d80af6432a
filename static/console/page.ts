import { signal, type ReadonlySignal } from '@preact/signals';

/** How the page is being used. */
export interface Page {
  /** The agent is here and sees this tab. */
  readonly looking: ReadonlySignal<boolean>;
  /** One pane at a time: a phone, or a window as narrow. */
  readonly narrow: ReadonlySignal<boolean>;
  /** Too little room for the details beside the conversation. */
  readonly slim: ReadonlySignal<boolean>;
}

/** Watches focus and width. The widths are those of styles/shell.css. */
export function watchPage(): Page {
  const looking = signal(false);
  const look = () => (looking.value = document.visibilityState === 'visible' && document.hasFocus());
  window.addEventListener('focus', look);
  window.addEventListener('blur', look);
  document.addEventListener('visibilitychange', look);
  look();
  return { looking, narrow: matching('(max-width: 700px)'), slim: matching('(max-width: 960px)') };
}

function matching(media: string): ReadonlySignal<boolean> {
  const query = matchMedia(media);
  const is = signal(query.matches);
  query.addEventListener('change', () => (is.value = query.matches));
  return is;
}
