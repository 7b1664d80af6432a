import { effect, signal, type Signal } from '@preact/signals';
import type { KeyValue } from '../../widget/core/storage';

/** Which colours to show. */
export type Theme = 'system' | 'light' | 'dark';

/** What an agent chose in this browser. Setting one keeps it. */
export interface Prefs {
  readonly theme: Signal<Theme>;
  readonly sound: Signal<boolean>;
  /** Enter sends; otherwise Ctrl or Cmd with Enter does. */
  readonly enterSends: Signal<boolean>;
  /** Single letters work as shortcuts. */
  readonly shortcuts: Signal<boolean>;
  /** The visitor's details are shown beside the conversation. */
  readonly details: Signal<boolean>;
}

/** Reads the choices and keeps them from now on. */
export function loadPrefs(storage: KeyValue): Prefs {
  const kept = <T extends string>(name: string, allowed: readonly T[], otherwise: T): Signal<T> => {
    const key = `foyer:pref:${name}`;
    const found = storage.get(key);
    const choice = signal(allowed.find((one) => one === found) ?? otherwise);
    effect(() => storage.set(key, choice.value));
    return choice;
  };
  const toggle = (name: string, otherwise: boolean): Signal<boolean> => {
    const text = kept(name, ['on', 'off'], otherwise ? 'on' : 'off');
    const choice = signal(text.peek() === 'on');
    effect(() => {
      text.value = choice.value ? 'on' : 'off';
    });
    return choice;
  };
  return {
    theme: kept<Theme>('theme', ['system', 'light', 'dark'], 'system'),
    sound: toggle('sound', true),
    enterSends: toggle('enter', true),
    shortcuts: toggle('shortcuts', true),
    details: toggle('details', true),
  };
}

/** Shows the theme, and tells the server by cookie so that the next page comes in it at once. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  const age = theme === 'system' ? 0 : 31_536_000;
  document.cookie = `foyer_theme=${theme}; path=/; max-age=${age}; samesite=lax`;
}
