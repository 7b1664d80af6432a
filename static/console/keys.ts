import { tinykeys } from 'tinykeys';
import { isMine, mayAnswer, ringsAt, TABS } from './lists';
import type { Surroundings } from './ui/context';
import { moveInList } from './ui/list';

/** Puts the shortcuts in force. Letters go by their place on the keyboard, so other layouts work. */
export function listenForKeys({ store, prefs, dialog }: Surroundings): void {
  const on = (work: (event: KeyboardEvent) => void) => (event: KeyboardEvent) => {
    if (!prefs.shortcuts.peek() || occupied(event)) return;
    event.preventDefault();
    work(event);
  };
  const mine = () => {
    const summary = store.open.peek();
    return summary !== undefined && isMine(summary, store.me.peek()?.id);
  };
  const ring = (answer: (conv: string) => unknown) => {
    const first = store.rings.peek()[0];
    if (first !== undefined) answer(first);
  };
  const help = on(() => (dialog.value = 'help'));
  const arrow = (step: 1 | -1) => (event: KeyboardEvent) => {
    if (occupied(event) || !(event.target instanceof Element && event.target.closest('.rows'))) return;
    event.preventDefault();
    moveInList(step);
  };
  const list = (nth: number) =>
    on(() => {
      const here = document.activeElement;
      store.tab.value = TABS[nth]!;
      // Its rows are others now: who was in the list, or nowhere, goes on in it.
      if (here === document.body || here?.matches('.list-body *, #conversation')) focusRow(store.open.peek()?.id);
    });
  tinykeys(window, {
    KeyJ: on(() => moveInList(1)),
    KeyK: on(() => moveInList(-1)),
    ArrowDown: arrow(1),
    ArrowUp: arrow(-1),
    KeyR: on(() => {
      const summary = store.open.peek();
      if (summary && mayAnswer(summary, store.me.peek()?.id)) store.write(false);
    }),
    KeyN: on(() => store.open.peek() && store.write(true)),
    KeyA: on(() => {
      const summary = store.open.peek();
      if (!summary) return;
      if (ringsAt(summary, store.me.peek()?.id)) void store.moves.accept(summary.id);
      else if (summary.state === 'queued') void store.moves.take(summary.id);
    }),
    'Shift+KeyA': on(() => ring((conv) => store.moves.accept(conv))),
    'Shift+KeyD': on(() => ring((conv) => store.moves.decline(conv))),
    KeyT: on(() => mine() && (dialog.value = 'transfer')),
    KeyE: on(() => mine() && (dialog.value = 'close')),
    Digit1: list(0),
    Digit2: list(1),
    Digit3: list(2),
    Digit4: list(3),
    'Shift+?': help,
    'Shift+？': help,
    Escape: (event) => back(event, store),
  });
}

/** First out of the field, then out of the conversation. */
function back(event: KeyboardEvent, store: Surroundings['store']): void {
  if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
  const here = document.activeElement;
  if (store.pane.peek() === 'details') store.pane.value = 'thread';
  else if (here instanceof HTMLElement && inField(here)) focusRow(store.open.peek()?.id);
  else if (store.page.narrow.peek() || here?.closest('.rows') === null) {
    const conv = store.open.peek()?.id;
    store.go(undefined);
    focusRow(conv);
  } else store.go(undefined);
}

function focusRow(conv: string | undefined): void {
  requestAnimationFrame(() => {
    const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(conv ?? '')}"]`) ?? document.querySelector<HTMLElement>('[data-row][tabindex="0"]');
    if (row) row.focus();
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
}

function occupied(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return true;
  if (document.querySelector('dialog[open]') !== null) return true;
  return event.target instanceof HTMLElement && (inField(event.target) || event.target.closest('[role="menu"]') !== null);
}

function inField(element: HTMLElement): boolean {
  return element.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}
