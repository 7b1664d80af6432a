import { usableLocale } from './i18n';

/** Writes times in one language and time zone. All take a `Date`; `now` is there so that tests can set it. */
export interface TimeFormat {
  /** The time of day: `14:05` or `2:05 PM`. */
  clock(at: Date): string;
  /** A day as a heading: `Today`, `Yesterday`, `Monday` within the last six days, else the date. */
  day(at: Date, now: Date): string;
  /** Day and time in full, for a tooltip. */
  full(at: Date): string;
  /** How long ago, in a few characters: `now`, `5m`, `3h`, `2d` as the language writes it. */
  ago(at: Date, now: Date): string;
  /** A length of time as `m:ss` or `h:mm:ss`, rounded down to seconds; negative counts as 0. */
  stopwatch(ms: number): string;
  /** Whether both are on one calendar day. */
  sameDay(a: Date, b: Date): boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Makes the formatters of a language.
 *
 * @param locale a BCP 47 tag; one the browser refuses counts as English
 * @param timeZone an IANA name; the browser's own when left out
 */
export function timeFormat(locale: string, timeZone?: string): TimeFormat {
  const tag = usableLocale(locale);
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = new Intl.DateTimeFormat(tag, { hour: 'numeric', minute: '2-digit', ...zone });
  const weekday = new Intl.DateTimeFormat(tag, { weekday: 'long', ...zone });
  const date = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'long', ...zone });
  const dated = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'long', year: 'numeric', ...zone });
  const full = new Intl.DateTimeFormat(tag, { dateStyle: 'full', timeStyle: 'short', ...zone });
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto', style: 'narrow' });
  const named = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  const unit = (n: number, u: string) => new Intl.NumberFormat(tag, { style: 'unit', unit: u, unitDisplay: 'narrow' }).format(n);
  // The calendar day in the zone as a count of days, so that days can be subtracted.
  const parts = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', ...zone });
  const dayNumber = (at: Date) => Math.round(Date.parse(`${parts.format(at)}T00:00:00Z`) / DAY);
  return {
    clock: (at) => clock.format(at),
    day(at, now) {
      const back = dayNumber(now) - dayNumber(at);
      if (back === 0 || back === 1) return capital(named.format(-back, 'day'), tag);
      if (back > 1 && back < 7) return capital(weekday.format(at), tag);
      return (Math.abs(back) < 300 ? date : dated).format(at);
    },
    full: (at) => full.format(at),
    ago(at, now) {
      const past = now.getTime() - at.getTime();
      if (past < MINUTE) return relative.format(0, 'second');
      if (past < HOUR) return unit(Math.floor(past / MINUTE), 'minute');
      if (past < DAY) return unit(Math.floor(past / HOUR), 'hour');
      return unit(Math.floor(past / DAY), 'day');
    },
    stopwatch: (ms) => stopwatch(ms),
    sameDay: (a, b) => dayNumber(a) === dayNumber(b),
  };
}

function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const rest = two(seconds % 60);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

function capital(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}
