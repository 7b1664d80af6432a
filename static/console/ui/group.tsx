import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { Check, CheckCheck, CircleAlert, Clock as ClockIcon } from 'lucide';
import { linkify } from '../../../widget/core/linkify';
import type { ConversationEvent, Summary } from '../../../widget/core/protocol';
import type { Bubble, Item } from '../../../widget/core/thread';
import { times, t } from '../boot';
import { happened } from '../happened';
import { Amend, EditLine } from './amend';
import { useSurroundings } from './context';
import { FileView } from './file';
import { Icon } from './icon';
import { Avatar, visitorName } from './person';

interface GroupProps {
  readonly item: Extract<Item, { type: 'group' }>;
  readonly unreadFrom: number | undefined;
  readonly summary: Summary;
}

/** Lines by one person shortly after one another. */
export function Group({ item, unreadFrom, summary }: GroupProps) {
  const { store } = useSurroundings();
  const { visitor } = summary;
  const { from, own, bubbles } = item;
  const first = bubbles[0]?.event;
  const mine = from.type === 'agent' && from.id === store.me.value?.id;
  const name = from.type === 'visitor' ? visitorName(visitor) : mine ? t('you') : from.name;
  return (
    <div class={`group${own ? ' own' : ''}`}>
      {own ? null : <Avatar id={visitor.id} name={visitor.name} small />}
      <div class="bubbles">
        <p class="group-name">
          {name} {bubbles[0]?.note ? <span class="note-mark">{t('note')}</span> : null} {first ? <Clock at={first.at} /> : null}
        </p>
        {bubbles.map((bubble) => (
          <Line key={bubble.key} bubble={bubble} summary={summary} own={own} unread={bubble.event !== undefined && bubble.event.seq === unreadFrom} last={bubble === bubbles.at(-1)} />
        ))}
      </div>
    </div>
  );
}

/** The time of day; the whole date on pointing at it. */
function Clock({ at }: { readonly at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={times.full(date)}>
      {times.clock(date)}
    </time>
  );
}

interface LineProps {
  readonly bubble: Bubble;
  readonly summary: Summary;
  readonly own: boolean;
  readonly unread: boolean;
  readonly last: boolean;
}

function Line({ bubble, summary, own, unread, last }: LineProps) {
  return (
    <>
      {unread ? <UnreadLine /> : null}
      <Said bubble={bubble} summary={summary} />
      {own && ((last && !bubble.note) || bubble.state === 'failed' || bubble.state === 'sending') ? <Delivery bubble={bubble} /> : null}
    </>
  );
}

/** A line as it is now, and what may be done with it. */
function Said({ bubble, summary }: { readonly bubble: Bubble; readonly summary: Summary }) {
  const { store, clock } = useSurroundings();
  const { event, file } = bubble;
  const { value: editing } = store.editing;
  if (bubble.deleted) return <div class="bubble gone">{t('deleted')}</div>;
  if (event && editing?.conv === event.conv && editing.seq === event.seq) return <EditLine bubble={bubble} event={event} />;
  const amend = event && store.mayAmend(summary, event, clock.minute.value) ? <Amend event={event} /> : null;
  if (!file) return <Words bubble={bubble}>{amend}</Words>;
  return (
    <div class="sent-file">
      <FileView bubble={bubble} file={file} />
      {amend}
    </div>
  );
}

function Words({ bubble, children }: { readonly bubble: Bubble; readonly children: ComponentChildren }) {
  const parts = useMemo(() => linkify(bubble.text), [bubble.text]);
  return (
    <div class={`bubble${bubble.state === 'failed' ? ' failed' : ''}${bubble.note ? ' note' : ''}`} dir="auto">
      {parts.map((part, i) =>
        part.href === undefined ? (
          part.text
        ) : (
          <a key={i} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
      {bubble.edited ? <small> {t('edited')}</small> : null}
      {children}
    </div>
  );
}

/** Says that what follows was not read yet. */
export function UnreadLine() {
  return (
    <p class="unread-line">
      <span>{t('unread.line')}</span>
    </p>
  );
}

const ICONS = { sending: ClockIcon, sent: Check, received: CheckCheck, read: CheckCheck, failed: CircleAlert } as const;

/** How far a line of ours got. */
function Delivery({ bubble }: { readonly bubble: Bubble }) {
  const { store } = useSurroundings();
  const why = bubble.line?.code ? `${t('delivery.failed')} ${t(`error.${bubble.line.code}`)}` : t('delivery.failed');
  return (
    <p class={`delivery ${bubble.state}`}>
      <Icon node={ICONS[bubble.state]} size={14} /> {bubble.state === 'failed' ? why : t(`delivery.${bubble.state}`)}
      {bubble.state === 'failed' && bubble.line ? (
        <>
          <button type="button" class="plain" onClick={() => store.live.retry(bubble.key)}>
            {t('retry')}
          </button>
          <button type="button" class="plain" onClick={() => store.live.discard(bubble.key)}>
            {t('discard')}
          </button>
        </>
      ) : null}
    </p>
  );
}

/** What happened to the conversation. Kinds we do not know are not shown. */
export function SystemLine({ event }: { readonly event: ConversationEvent }) {
  const { store } = useSurroundings();
  const text = happened(event, store.me.value?.id);
  if (text === undefined) return null;
  return (
    <p class="system">
      {text} <Clock at={event.at} />
    </p>
  );
}
