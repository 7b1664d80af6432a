import { effect, signal, type Signal } from '@preact/signals';

interface Entry {
  /** The entry before this one is the list. */
  readonly fromList: boolean;
}

/** Keeps the conversation in the address (`/?c=...`) and a signal the same, both ways. */
export function makeRoute(): Signal<string | undefined> {
  const read = () => new URLSearchParams(location.search).get('c') || undefined;
  const route = signal(read());
  // The language was chosen by the address (`lang=`): it is kept in a cookie now.
  if (new URLSearchParams(location.search).has('lang')) history.replaceState(null, '', conversationURL(route.value));
  window.addEventListener('popstate', () => (route.value = read()));
  effect(() => {
    const [to, from] = [route.value, read()];
    if (to === from) return;
    const entry = history.state as Entry | null;
    if (to === undefined && entry?.fromList) history.back();
    else history.pushState({ fromList: from === undefined } satisfies Entry, '', conversationURL(to));
  });
  return route;
}

/** The address of a conversation, or of none. */
export function conversationURL(conv: string | undefined): string {
  return conv === undefined ? '/' : `/?c=${encodeURIComponent(conv)}`;
}
