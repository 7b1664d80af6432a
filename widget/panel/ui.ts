import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Signal } from '@preact/signals';
import type { Translate } from '../core/i18n';
import type { TimeFormat } from '../core/time';
import type { Host } from './host';
import type { Memory } from './memory';
import type { Session } from './session';

/** What every part of the panel may need. */
export interface Ui {
  readonly session: Session;
  readonly memory: Memory;
  readonly host: Host;
  readonly t: Translate;
  readonly time: TimeFormat;
  /** Shown by the loader; always true on a page of our own. */
  readonly open: Signal<boolean>;
  /** What the polite region says: docs of `createAnnouncer`. */
  readonly spoken: Signal<string>;
  /** The largest file that may be uploaded, bytes. */
  readonly maxUpload: number;
}

export const UiContext = createContext<Ui | null>(null);

/** The panel's `Ui`. Throws outside of `UiContext`. */
export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (ui === null) throw new Error('panel: no Ui around this component');
  return ui;
}
