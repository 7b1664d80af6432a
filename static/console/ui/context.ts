import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Signal } from '@preact/signals';
import type { Clock } from '../clock';
import type { Prefs } from '../prefs';
import type { Store } from '../store';

/** The dialog that is open. */
export type DialogName = 'transfer' | 'close' | 'help' | 'invite' | 'takeover' | 'why';

/** What every part of the console may reach. */
export interface Surroundings {
  readonly store: Store;
  readonly prefs: Prefs;
  readonly clock: Clock;
  readonly dialog: Signal<DialogName | undefined>;
  /** Plays the sound once. */
  testSound(): void;
}

/** Hands the surroundings down. */
export const SurroundingsContext = createContext<Surroundings | undefined>(undefined);

/** The surroundings of a component. */
export function useSurroundings(): Surroundings {
  const found = useContext(SurroundingsContext);
  if (!found) throw new Error('no surroundings');
  return found;
}
