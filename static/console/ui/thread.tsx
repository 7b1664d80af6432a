import { ArrowDown } from 'lucide';
import { useMemo } from 'preact/hooks';
import { emptyLog } from '../../../widget/core/log';
import type { Author, Summary } from '../../../widget/core/protocol';
import { thread, type Item } from '../../../widget/core/thread';
import { times, t } from '../boot';
import { useSurroundings } from './context';
import { Group, SystemLine, UnreadLine } from './group';
import { Icon } from './icon';
import { Avatar, visitorName } from './person';
import { useAnnouncements, useReading, useScrolling } from './reading';

/** What was said, oldest first, and what is being said. */
export function Thread({ summary }: { readonly summary: Summary }) {
  const { store } = useSurroundings();
  const conv = summary.id;
  const log = store.logs.value.get(conv) ?? emptyLog(conv);
  const lines = store.lines.value;
  const me = store.me.value;
  const items = useMemo(() => {
    const author: Author = { type: 'agent', id: me?.id ?? '', name: me?.name ?? '' };
    return thread(log, lines, { me: author, own: (from) => from.type === 'agent', sameDay: times.sameDay });
  }, [log, lines, me?.id]);
  const loading = store.loading.value.has(conv);
  const scroll = useScrolling(conv, log, items);
  const unreadFrom = useReading(summary, log, scroll.atBottom);
  const spoken = useAnnouncements(log, visitorName(summary.visitor));
  return (
    <div class="thread-space">
      <div class="thread" role="log" aria-live="off" aria-label={t('thread')} tabIndex={0} ref={scroll.ref} onScroll={scroll.onScroll}>
        <div class="thread-inner">
          {log.first > 1 && log.events.length > 0 ? (
            <p class="older">
              <button type="button" class="plain" disabled={loading} onClick={() => store.live.older(conv)}>
                {t(loading ? 'loading' : 'older')}
              </button>
            </p>
          ) : null}
          {log.events.length === 0 && loading ? <Bones /> : items.map((item) => <Part key={item.key} item={item} unreadFrom={unreadFrom} summary={summary} />)}
          <Writing summary={summary} />
        </div>
      </div>
      {scroll.atBottom ? null : (
        <button type="button" class="to-end" onClick={scroll.toEnd}>
          <Icon node={ArrowDown} size={16} /> {scroll.fresh > 0 ? t('fresh', { count: scroll.fresh }) : t('to.end')}
        </button>
      )}
      <p class="hidden" aria-live="polite">
        {spoken}
      </p>
      <p class="hidden" aria-live="polite">
        {store.typing.value.get(conv)?.from.type === 'visitor' ? t('writing.now', { name: visitorName(summary.visitor) }) : ''}
      </p>
    </div>
  );
}

interface PartProps {
  readonly item: Item;
  readonly unreadFrom: number | undefined;
  readonly summary: Summary;
}

function Part({ item, unreadFrom, summary }: PartProps) {
  const { clock } = useSurroundings();
  if (item.type === 'day') {
    return (
      <p class="day">
        <span>{times.day(item.at, clock.minute.value)}</span>
      </p>
    );
  }
  if (item.type === 'system') return <SystemLine event={item.event} />;
  const unread = unreadFrom !== undefined && item.bubbles[0]?.event?.seq === unreadFrom;
  return (
    <>
      {unread ? <UnreadLine /> : null}
      <Group item={item} unreadFrom={unread ? undefined : unreadFrom} summary={summary} />
    </>
  );
}

/** The visitor's line while it is being written. */
function Writing({ summary }: { readonly summary: Summary }) {
  const { store } = useSurroundings();
  const typing = store.typing.value.get(summary.id);
  if (!typing) return null;
  const name = typing.from.type === 'visitor' ? visitorName(summary.visitor) : typing.from.name;
  return (
    <div class={`group${typing.from.type === 'visitor' ? '' : ' own'} writing`}>
      {typing.from.type === 'visitor' ? <Avatar id={summary.visitor.id} name={summary.visitor.name} small /> : null}
      <div class="bubbles">
        <p class="group-name">{t('writing.now', { name })}</p>
        <p class="bubble">
          {typing.text === '' ? (
            <span class="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
          ) : (
            typing.text
          )}
        </p>
      </div>
    </div>
  );
}

function Bones() {
  return (
    <div class="bones" aria-hidden="true">
      <span class="bone" />
      <span class="bone own" />
      <span class="bone short" />
    </div>
  );
}
