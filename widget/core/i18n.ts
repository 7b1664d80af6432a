/** One text in several numbers, by CLDR category. go-i18n reads the same shape. */
export interface Plural {
  readonly zero?: string;
  readonly one?: string;
  readonly two?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

/** All texts of one language by flat key. Placeholders are `{name}`. */
export type Dictionary = Readonly<Record<string, string | Plural>>;

/**
 * What goes into the placeholders. `count` chooses the plural form by cardinal rules (1 message,
 * 2 messages), `nth` by ordinal ones (1st, 2nd); both are written with the language's digits.
 */
export type Params = Readonly<Record<string, string | number>>;

/** Looks a text up. A missing key gives the key itself, so that it is seen and nothing breaks. */
export type Translate = (key: string, params?: Params) => string;

/**
 * Makes the `t` of a language.
 *
 * @param locale a BCP 47 tag; one the browser refuses counts as English
 * @param dictionary the texts
 * @param fallback texts for keys missing in `dictionary`, for example the English ones
 */
export function translator(locale: string, dictionary: Dictionary, fallback: Dictionary = {}): Translate {
  const tag = usableLocale(locale);
  const cardinal = new Intl.PluralRules(tag);
  const ordinal = new Intl.PluralRules(tag, { type: 'ordinal' });
  const digits = new Intl.NumberFormat(tag);
  const choose = (text: Plural, params: Params): string => {
    if (typeof params['nth'] === 'number') return text[ordinal.select(params['nth'])] ?? text.other;
    if (typeof params['count'] === 'number') return text[cardinal.select(params['count'])] ?? text.other;
    return text.other;
  };
  return (key, params = {}) => {
    const text = own(dictionary, key) ?? own(fallback, key);
    if (text === undefined) return key;
    const pattern = typeof text === 'string' ? text : choose(text, params);
    return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name];
      if (value === undefined) return whole;
      return typeof value === 'number' ? digits.format(value) : value;
    });
  };
}

/** The tag itself when Intl knows what to do with it, else `en`. */
export function usableLocale(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

function own(dictionary: Dictionary, key: string): string | Plural | undefined {
  return Object.hasOwn(dictionary, key) ? dictionary[key] : undefined;
}
