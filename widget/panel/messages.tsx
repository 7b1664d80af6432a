import { useComputed } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { emptyLog } from '../core/log';
import { thread, type Item } from '../core/thread';
import { Group } from './bubbles';
import { Icon } from './icons';
import { eventText } from './news';
import { useFollow } from './follow';
import { useUi } from './ui';

const NOBODY = emptyLog('');

/** The conversation. Follows its end unless the visitor scrolled up. */
export function Messages() {
  const { session, time, t } = useUi();
  const view = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const log = useComputed(() => session.model.value.log ?? NOBODY);
  const lines = useComputed(() => session.model.value.lines);
  const me = useComputed(() => session.model.value.me);
  const items = useComputed(() => {
    // Lines of a conversation that is being begun belong to the one shown next.
    const shown = lines.value.map((line) => (line.conv === '' ? { ...line, conv: log.value.conv } : line));
    return thread(log.value, shown, { me: me.value, own: (from) => from.type === 'visitor', sameDay: time.sameDay });
  });
  const empty = items.value.length === 0;
  const latest = lastOwn(items.value);
  const { behind, follow } = useFollow(view, list, latest);
  return (
    <>
      <div class="view" ref={view} role="log" aria-live="off" aria-label={t('widget.log')} tabIndex={0}>
        <div class="list" ref={list}>
          {log.value.first > 1 && !empty && (
            <button type="button" class="button small" onClick={() => session.earlier()}>
              {t('widget.earlier')}
            </button>
          )}
          {empty && !session.model.value.caughtUp && <Skeleton />}
          {items.value.map((item) => (
            <Row key={item.key} item={item} latest={latest} />
          ))}
          <Typing />
        </div>
      </div>
      {behind && (
        <button type="button" class="button small newest" onClick={follow}>
          <Icon name="down" />
          {t('widget.newest')}
        </button>
      )}
    </>
  );
}

function Row({ item, latest }: { item: Item; latest: string }) {
  const { time, t } = useUi();
  switch (item.type) {
    case 'day':
      return <p class="day">{time.day(item.at, new Date())}</p>;
    case 'group':
      return <Group item={item} latest={latest} />;
    case 'system': {
      const text = eventText(item.event, t);
      return text === '' ? null : (
        <p class="event">
          {text} <time dateTime={item.event.at}>{time.clock(new Date(item.event.at))}</time>
        </p>
      );
    }
  }
}

function Typing() {
  const { session, t } = useUi();
  const { typing } = session.model.value;
  if (typing === null) return null;
  return (
    <div class="typing">
      <span class="unseen">{t('widget.typing', { name: typing.name })}</span>
      <i />
      <i />
      <i />
    </div>
  );
}

function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  );
}

/** The key of the visitor's last bubble: it says whether it was read. */
function lastOwn(items: readonly Item[]): string {
  const group = items.findLast((item) => item.type === 'group' && item.own);
  return group?.type === 'group' ? (group.bubbles.at(-1)?.key ?? '') : '';
}
