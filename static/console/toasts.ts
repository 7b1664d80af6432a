import { signal, type ReadonlySignal } from '@preact/signals';

/** A short message over the page. */
export interface Toast {
  readonly id: number;
  readonly kind: 'info' | 'failure';
  readonly text: string;
}

/** Short messages over the page. */
export interface Toasts {
  readonly list: ReadonlySignal<readonly Toast[]>;
  /** Goes away by itself. */
  tell(text: string): void;
  /** Stays until dismissed. The same text is shown once. */
  fail(text: string): void;
  dismiss(id: number): void;
}

const SHOWN = 5_000;
const MOST = 4;

/** Makes an empty list of messages. */
export function makeToasts(): Toasts {
  const list = signal<readonly Toast[]>([]);
  let next = 1;
  const dismiss = (id: number) => {
    list.value = list.peek().filter((toast) => toast.id !== id);
  };
  const add = (kind: Toast['kind'], text: string) => {
    const toast = { id: next++, kind, text };
    list.value = [...list.peek().filter((other) => other.text !== text), toast].slice(-MOST);
    return toast.id;
  };
  return {
    list,
    dismiss,
    tell(text) {
      const id = add('info', text);
      setTimeout(() => dismiss(id), SHOWN);
    },
    fail: (text) => void add('failure', text),
  };
}
