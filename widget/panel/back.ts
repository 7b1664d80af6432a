import type { Translate } from '../core/i18n';
import type { SiteInfo } from '../core/protocol';

/**
 * Says when a closed site opens again, in the visitor's language, clock and calendar; empty when it is open
 * or nobody knows.
 *
 * @param now the server's time, ms
 */
export function backText(site: SiteInfo | null, now: number, t: Translate): string {
  if (site?.open !== false || site.opens_at === undefined) return '';
  const at = new Date(site.opens_at);
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(document.documentElement.lang, options).format(at);
  const time = format({ hour: 'numeric', minute: '2-digit' });
  // Days may have 23 or 25 hours.
  const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days < 1) return t('widget.back.today', { time });
  if (days === 1) return t('widget.back.tomorrow', { time });
  if (days < 7) return t('widget.back.day', { day: format({ weekday: 'long' }), time });
  return t('widget.back.date', { day: format({ day: 'numeric', month: 'long' }), time });
}
