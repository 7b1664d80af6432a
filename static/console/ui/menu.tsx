import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface MenuProps {
  /** Name of the button, for who cannot see it. */
  readonly label: string;
  readonly button: ComponentChildren;
  readonly class?: string;
  readonly children: (close: () => void) => ComponentChildren;
}

const ITEM = '[role^="menuitem"]';

/** A button that opens a menu: arrows move, Escape and a click elsewhere close. */
export function Menu({ label, button, children, class: name = '' }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const items = root.current?.querySelectorAll<HTMLElement>(ITEM);
    (root.current?.querySelector<HTMLElement>(`${ITEM}[aria-checked="true"]`) ?? items?.[0])?.focus();
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };
  return (
    <div class={`menu-root ${name}`} ref={root} onKeyDown={(event) => open && keys(event, root.current, close)}>
      <button type="button" class="menu-button" ref={trigger} aria-label={label} aria-haspopup="menu" aria-expanded={open} title={label} onClick={() => setOpen(!open)}>
        {button}
      </button>
      {open ? (
        <div class="menu" role="menu" aria-label={label}>
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}

function keys(event: KeyboardEvent, root: HTMLElement | null, close: () => void): void {
  const items = [...(root?.querySelectorAll<HTMLElement>(ITEM) ?? [])];
  const at = items.findIndex((item) => item === document.activeElement);
  const to: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  if (event.key === 'Escape') close();
  else if (event.key in to) items.at(to[event.key]! % items.length)?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

interface ItemProps {
  readonly children: ComponentChildren;
  onChoose(): void;
  /** One of a group of which one is chosen, or a switch. */
  readonly kind?: 'radio' | 'checkbox';
  readonly checked?: boolean;
}

/** One line of a menu. */
export function MenuItem({ children, onChoose, kind, checked }: ItemProps) {
  const role = kind === undefined ? 'menuitem' : kind === 'radio' ? 'menuitemradio' : 'menuitemcheckbox';
  return (
    <button type="button" role={role} tabIndex={-1} class="menu-item" {...(kind === undefined ? {} : { 'aria-checked': checked === true })} onClick={onChoose}>
      {kind === undefined ? null : <span class={`tick ${kind}`} aria-hidden="true" />}
      {children}
    </button>
  );
}
