import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Log } from '../../../widget/core/log';
import type { Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { countLines, fromTheEnd, said } from '../lines';
import { isMine } from '../lists';
import { useSurroundings } from './context';

/** Nearer to the end than this counts as being there, px. */
const NEAR = 48;
/** Nearer to the top than this and older lines are asked for, px. */
const TOP = 240;

/** Keeps the end in view while the reader is there, and the place when older lines come in above. */
export function useScrolling(conv: string, log: Log, items: unknown) {
  const { store } = useSurroundings();
  const ref = useRef<HTMLDivElement>(null);
  const [atBottom, setAtBottom] = useState(true);
  const stick = useRef(true);
  const before = useRef({ first: 0, height: 0, top: 0 });
  const left = useRef(log.last);
  const ownLines = store.lines.value.filter((line) => line.conv === conv).length;
  const ownBefore = useRef(ownLines);

  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    const grewAbove = before.current.first > log.first && before.current.first > 0;
    if (ownLines > ownBefore.current) stick.current = true;
    ownBefore.current = ownLines;
    if (stick.current) box.scrollTop = box.scrollHeight;
    else if (grewAbove) box.scrollTop = before.current.top + (box.scrollHeight - before.current.height);
    before.current = { first: log.events.length > 0 ? log.first : 0, height: box.scrollHeight, top: box.scrollTop };
    if (stick.current) left.current = log.last;
  }, [items]);

  useEffect(() => {
    const box = ref.current;
    const inner = box?.firstElementChild;
    if (!box || !inner) return undefined;
    // The composer grows, the window shrinks, the visitor's preview comes and goes.
    const observer = new ResizeObserver(() => {
      if (stick.current) box.scrollTop = box.scrollHeight;
      before.current = { ...before.current, height: box.scrollHeight, top: box.scrollTop };
    });
    observer.observe(box);
    observer.observe(inner);
    return () => observer.disconnect();
  }, []);

  const onScroll = () => {
    const box = ref.current;
    if (!box) return;
    const end = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    stick.current = end;
    before.current = { ...before.current, height: box.scrollHeight, top: box.scrollTop };
    if (end !== atBottom) setAtBottom(end);
    if (end || atBottom) left.current = log.last;
    if (box.scrollTop < TOP && box.scrollHeight > box.clientHeight) store.live.older(conv);
  };
  const toEnd = () => {
    const box = ref.current;
    if (!box) return;
    stick.current = true;
    box.scrollTop = box.scrollHeight;
    setAtBottom(true);
  };
  const fresh = atBottom ? 0 : countLines(log, left.current);
  return { ref, onScroll, atBottom, fresh, toEnd };
}

/** Tells the server what was read, and says where the unread lines begin. */
export function useReading(summary: Summary, log: Log, atBottom: boolean): number | undefined {
  const { store } = useSurroundings();
  const looking = store.looking.value;
  const mine = isMine(summary, store.me.value?.id);
  const unreadAtFirst = useRef(mine ? summary.unread : 0);
  const loaded = log.events.length > 0;
  const [from, setFrom] = useState<number | undefined>(undefined);
  const leftAt = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (loaded && unreadAtFirst.current > 0) setFrom(fromTheEnd(log, unreadAtFirst.current));
  }, [loaded]);
  useEffect(() => {
    leftAt.current = looking ? undefined : log.last;
  }, [looking]);
  useEffect(() => {
    const left = leftAt.current;
    if (looking || left === undefined || left >= log.last) return;
    const first = said(log).find((event) => event.seq > left && event.from.type === 'visitor');
    if (first && (from === undefined || from <= left)) setFrom(first.seq);
  }, [log.last]);
  useEffect(() => {
    const answered = said(log).at(-1)?.from;
    if (looking && answered?.type === 'agent') setFrom(undefined);
  }, [log.last]);
  useEffect(() => {
    if (looking && mine && atBottom && loaded && log.early.size === 0) store.live.read(summary.id, log.last);
  }, [looking, mine, atBottom, loaded, log.last, summary.unread, store.connection.value]);
  return from;
}

/** What a screen reader should say: the visitor's new lines, each once. */
export function useAnnouncements(log: Log, visitor: string): string {
  const spoken = useRef<number | undefined>(undefined);
  const before = useRef('');
  const last = log.events.length > 0 ? log.last : undefined;
  return useMemo(() => {
    const from = spoken.current;
    spoken.current = last ?? from;
    if (from === undefined || last === undefined) return '';
    const fresh = said(log).filter((event) => event.seq > from && event.from.type === 'visitor');
    const text = fresh.map((event) => t('says', { name: visitor, text: event.text ?? event.file?.name ?? '' })).join(' ');
    // The same words once more are news only when they differ a little.
    before.current = text !== '' && text === before.current ? `${text}\u00a0` : text;
    return before.current;
  }, [last]);
}
