import type { ConversationEvent } from '../../widget/core/protocol';
import { times, t } from './boot';

/** What an event was, in a sentence; undefined for lines, and for what a newer server tells. `me` is the reader. */
export function happened(event: ConversationEvent, me: string | undefined): string | undefined {
  const agent = event.agent?.name ?? '';
  const department = event.department?.name ?? '';
  const by = event.from.name;
  const own = event.agent !== undefined && event.agent.id === me;
  /** The sentence about an agent, who may be the reader. */
  const of = (key: string) => (own ? t(`event.${key}.me`, { by }) : t(`event.${key}`, { agent, by }));
  switch (event.kind) {
    case 'queued':
      return queued(event, department);
    case 'offered':
      return of('offered');
    case 'declined':
      return of(event.cause === 'missed' ? 'unanswered' : event.cause === 'lost' ? 'cut_off' : 'declined');
    case 'assigned':
      return of(event.cause === 'accepted' || event.cause === 'taken' ? event.cause : 'assigned');
    case 'transferred':
      if (event.cause === 'takeover') return of('takeover');
      if (event.cause === 'overflow') return t('event.overflow', { department });
      if (event.department && !event.agent) return t('event.transferred.department', { by, department });
      return of('transferred');
    case 'agent_lost':
    case 'agent_silent':
    case 'returned':
    case 'left':
      return of(event.kind);
    case 'joined':
      return of(event.from.type === 'agent' && event.from.id !== event.agent?.id ? 'invited' : 'joined');
    case 'idle':
      return t('event.idle', { time: event.until === undefined ? '' : times.clock(new Date(event.until)) });
    case 'missed':
      return t(`event.missed.${known(event.cause, ['closed', 'full', 'waited', 'left'])}`);
    case 'closed':
      return closed(event, by);
    default:
      return undefined;
  }
}

function queued(event: ConversationEvent, department: string): string {
  if (event.cause === 'back') return t('event.queued.back');
  if (event.cause === 'overflow') return t('event.queued.overflow', { department });
  return event.department ? t('event.queued.in', { department }) : t('event.queued');
}

function closed(event: ConversationEvent, by: string): string {
  const reason = event.reason?.trim() ?? '';
  const who = event.from.type === 'visitor' ? 'visitor' : event.from.type === 'agent' ? 'agent' : 'system';
  const text = t(`event.closed.${event.cause === 'idle' || event.cause === 'abandoned' ? event.cause : who}`, { by });
  return reason === '' ? text : t('event.reason', { text, reason });
}

/** A cause as a text is there for it; the first one for what a newer server tells. */
function known<T extends string>(cause: string | undefined, causes: readonly [T, ...T[]]): T {
  return causes.find((one) => one === cause) ?? causes[0];
}
