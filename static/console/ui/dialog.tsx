import { X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../boot';
import { Icon } from './icon';
import { RingBar } from './ringing';

interface DialogProps {
  readonly title: string;
  readonly class?: string;
  readonly children: ComponentChildren;
  onClose(): void;
}

/** A modal dialog: Escape and a click outside close it, the focus returns to where it was. */
export function Dialog({ title, class: name = '', children, onClose }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => {
      const there = before instanceof HTMLElement && before.isConnected ? before : document.querySelector<HTMLElement>('[data-row][tabindex="0"]');
      there?.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={`dialog ${name}`}
      aria-labelledby={id}
      onClose={onClose}
      onPointerDown={(event) => {
        if (event.target === ref.current) ref.current?.close();
      }}
    >
      <div class="dialog-inner">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon-button" aria-label={t('cancel')} onClick={() => ref.current?.close()}>
            <Icon node={X} />
          </button>
        </header>
        {/* Nothing outside can be reached while it is open. */}
        <RingBar />
        {children}
      </div>
    </dialog>
  );
}
