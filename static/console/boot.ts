import { translator, type Dictionary, type Translate } from '../../widget/core/i18n';
import { timeFormat, type TimeFormat } from '../../widget/core/time';

/** What the server wrote into the page. */
export interface Boot {
  readonly locale: string;
  readonly strings: Dictionary;
  readonly locales: readonly string[];
  /** The server was started with `--demo`: there is a shop to try at /demo. */
  readonly demo?: boolean;
  /** The largest file that may be uploaded, bytes. */
  readonly max_upload: number;
}

const text = document.getElementById('boot')?.textContent ?? '';

/** The page's own data. */
export const boot = (text === '' ? { locale: 'en', strings: {}, locales: ['en'], max_upload: 0 } : JSON.parse(text)) as Boot;

/** Texts in the agent's language; `console.` is put before each key. */
export const t: Translate = ((all: Translate): Translate => (key, params) => all(`console.${key}`, params))(
  translator(boot.locale, boot.strings),
);

/** Times in the agent's language and zone. */
export const times: TimeFormat = timeFormat(boot.locale);
