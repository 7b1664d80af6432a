import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { boot, t } from '../boot';
import { holdInPlace, TABS, type Tab } from '../lists';
import { useSurroundings } from './context';
import { Row } from './row';

/** The conversations: three lists with live counts. */
export function List() {
  const { store } = useSurroundings();
  const tab = store.tab.value;
  const ids = store.lists.value[tab];
  return (
    <div class="list-body" role="tabpanel" id="list" aria-labelledby={`tab-${tab}`}>
      {store.me.value === null ? <Skeleton /> : ids.length === 0 ? <Nothing tab={tab} /> : <Rows key={tab} ids={ids} tab={tab} />}
    </div>
  );
}

/** Chooses a list. */
export function Tabs() {
  const { store } = useSurroundings();
  const now = store.tab.value;
  const lists = store.lists.value;
  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = TABS[(TABS.indexOf(now) + step * (document.dir === 'rtl' ? -1 : 1) + TABS.length) % TABS.length]!;
    store.tab.value = next;
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={t('lists')} onKeyDown={move}>
      {TABS.map((tab) => (
        <button key={tab} type="button" role="tab" id={`tab-${tab}`} aria-controls="list" aria-selected={tab === now} tabIndex={tab === now ? 0 : -1} onClick={() => (store.tab.value = tab)}>
          {t(`tab.${tab}`)} <span class={`count${tab === 'queue' && lists.queue.length > 0 ? ' alert' : ''}`}>{lists[tab].length}</span>
        </button>
      ))}
    </div>
  );
}

function Rows({ ids, tab }: { readonly ids: readonly string[]; readonly tab: Tab }) {
  const { store } = useSurroundings();
  const hold = useHold();
  const shown = useRef<readonly string[]>([]);
  shown.current = holdInPlace(ids, shown.current, hold.held);
  const convs = store.convs.value;
  const typing = store.typing.value;
  const selected = store.open.value?.id;
  const me = store.me.value?.id;
  const sites = new Set([...convs.values()].map(({ site }) => site.id)).size > 1;
  const cursor = [hold.focused, selected].find((id) => id !== undefined && shown.current.includes(id)) ?? shown.current[0];
  const lost = hold.focused !== undefined && !shown.current.includes(hold.focused);
  useLayoutEffect(() => {
    // The row with the focus is gone: the focus stays in the list.
    if (lost && document.activeElement === document.body) document.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus();
  }, [lost]);
  const click = (event: MouseEvent) => {
    const conv = rowOf(event.target);
    if (conv === undefined || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    store.go(conv);
  };
  return (
    <ul class="rows" onClick={click} {...hold.handlers}>
      {shown.current.map((id) => {
        const summary = convs.get(id);
        if (!summary) return null;
        return (
          <Row key={id} summary={summary} me={me} selected={id === selected} tabbable={id === cursor} typing={typing.get(id)?.from.type === 'visitor'} owner={tab === 'all'} site={sites} />
        );
      })}
    </ul>
  );
}

/** Knows the row under the mouse or the focus. */
function useHold() {
  const [focused, setFocused] = useState<string | undefined>(undefined);
  const [pointed, setPointed] = useState<string | undefined>(undefined);
  useEffect(() => () => setPointed(undefined), []);
  return {
    focused,
    held: focused ?? pointed,
    handlers: {
      onFocusIn: (event: FocusEvent) => setFocused(rowOf(event.target)),
      onFocusOut: () => setFocused(undefined),
      onPointerOver: (event: PointerEvent) => setPointed(event.pointerType === 'mouse' ? rowOf(event.target) : undefined),
      onPointerLeave: () => setPointed(undefined),
    },
  };
}

function rowOf(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('[data-id]')?.dataset['id'] : undefined;
}

/** Moves the focus to the next or previous row. */
export function moveInList(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row === document.activeElement);
  // Coming from elsewhere, the first step leads to the current row.
  const next = at >= 0 ? at + step : rows.findIndex((row) => row.tabIndex === 0);
  rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
}

function Nothing({ tab }: { readonly tab: Tab }) {
  return (
    <div class="nothing">
      <p class="nothing-title">{t(`empty.${tab}`)}</p>
      <p>{t(`empty.${tab}.hint`)}</p>
      {tab === 'queue' || tab === 'messages' || !boot.demo ? null : (
        <p>
          <a href="/demo" target="_blank" rel="noopener">
            {t('empty.demo')}
          </a>
        </p>
      )}
    </div>
  );
}

function Skeleton() {
  return (
    <ul class="rows skeleton" aria-hidden="true">
      {[0, 1, 2, 3, 4, 5].map((i) => (
        <li class="row" key={i}>
          <span class="bone disc" />
          <span class="bone" />
          <span class="bone short" />
        </li>
      ))}
    </ul>
  );
}
