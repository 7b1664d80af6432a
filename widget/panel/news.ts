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
    if (frame.t === 'queue' && after.place && after.place.position !== before.place?.position) say(placeText(after.place, t));
  };
}

/** The line an event other than a message gets; empty for those that get none. */
export function eventText(event: ConversationEvent, t: Translate): string {
  const name = event.agent?.name ?? '';
  switch (event.kind) {
    case 'assigned':
      return t('widget.event.assigned', { name });
    case 'transferred':
      if (event.agent) return t('widget.event.transferred', { name });
      return event.department ? t('widget.event.moved', { name: event.department.name }) : t('widget.event.waiting');
    case 'agent_lost':
      return name ? t('widget.event.lost', { name }) : t('widget.event.waiting');
    case 'closed':
      return event.from.type === 'visitor' ? t('widget.event.ended') : t('widget.event.closed');
    default:
      return '';
  }
}

/** The place in the queue in words. */
export function placeText(place: Place | null, t: Translate): string {
  if (place === null || place.position < 1) return t('widget.queue.waiting');
  return place.position === 1 ? t('widget.queue.next') : t('widget.queue.place', { nth: place.position });
}
