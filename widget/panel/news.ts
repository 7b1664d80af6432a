import type { Signal } from '@preact/signals';
import { isLine } from '../core/log';
import type { Translate } from '../core/i18n';
import type { ConversationEvent, VisitorServerFrame } from '../core/protocol';
import type { Model, Place } from './model';

/** News closer than this are said in one breath, ms. */
const BREATH = 400;

/**
 * Makes what tells screen readers of news: one polite region, each thing once, never the visitor's own lines
 * or what was replayed.
 *
 * @param spoken the text of the region
 */
export function createAnnouncer(spoken: Signal<string>, t: Translate) {
  let waiting: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (text: string) => {
    waiting.push(text);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const text = waiting.join(' ');
      // The same words once more are news only when they differ a little.
      spoken.value = text === spoken.peek() ? `${text}\u00a0` : text;
      waiting = [];
    }, BREATH);
  };
  return (frame: VisitorServerFrame, before: Model, after: Model): void => {
    if (!before.caughtUp) return;
    if (frame.t === 'event' && after.log !== before.log && frame.from.type !== 'visitor') {
      const line = isLine(frame.kind);
      const text = line ? t('widget.say.message', { name: frame.from.name, text: frame.text ?? frame.file?.name ?? '' }) : eventText(frame, t);
      if (text) say(text);
    }
    if (frame.t === 'typing' && before.typing === null && after.typing) say(t('widget.typing', { name: after.typing.name }));
    const moved = after.place?.position !== before.place?.position || after.place?.here !== before.place?.here;
    if (frame.t === 'queue' && moved) say(placeText(after.place, t));
  };
}

/** The line an event other than a message gets; empty for those that get none. Each kind and cause has a text of its own or none. */
export function eventText({ kind, cause, agent, department, from }: ConversationEvent, t: Translate): string {
  const name = (agent ?? department)?.name ?? '';
  const what = kind === 'transferred' && !agent ? (department ? 'moved' : 'waiting') : kind;
  const why = cause || (kind === 'closed' ? from.type : '');
  for (const key of [`widget.event.${what}_${why}`, `widget.event.${what}`]) {
    const text = t(key, { name });
    if (text !== key) return text;
  }
  return '';
}

/** The place in the queue in words, and how long it may take where that is known. */
export function placeText(place: Place | null, t: Translate): string {
  if (place?.here === false) return t('widget.queue.away');
  if (place === null || place.position < 1) return t('widget.queue.waiting');
  const nth = place.position === 1 ? t('widget.queue.next') : t('widget.queue.place', { nth: place.position });
  const { wait } = place;
  if (!wait) return nth;
  return t('widget.queue.both', { place: nth, wait: wait.low < wait.high ? t('widget.queue.between', wait) : t('widget.queue.about', { count: wait.high }) });
}
