import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MAX_MESSAGE } from '../core/protocol';
import { Icon } from './icons';
import { later } from './lazy';
import { isOpen } from './model';
import { useUi } from './ui';

/** How many characters before the limit the count is shown. */
const WARN = 200;

/** Where the visitor writes. Enter sends, Shift+Enter breaks the line; never while an input method composes. */
export function Composer() {
  const { session, memory, open, t } = useUi();
  const [text, setText] = useState(memory.draft);
  const field = useRef<HTMLTextAreaElement>(null);
  const left = MAX_MESSAGE - [...text].length;
  const ready = text.trim() !== '' && left >= 0;
  useEffect(() => open.subscribe((now) => now && field.current?.focus({ preventScroll: true })), []);
  useGrowth(field, text);

  const change = (value: string) => {
    setText(value);
    memory.draft = value;
  };
  const send = () => {
    field.current?.focus();
    if (!ready) return;
    session.say(text.trim());
    change('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {later.value && isOpen(session.model.value.log) && <later.value.Attach />}
      <label class="unseen" for="text">
        {t('widget.write.label')}
      </label>
      <textarea
        id="text"
        ref={field}
        rows={1}
        dir="auto"
        enterkeyhint="send"
        placeholder={t('widget.write')}
        value={text}
        aria-describedby={left < WARN ? 'left' : undefined}
        onKeyDown={onKeyDown}
        onInput={(event) => {
          change(event.currentTarget.value);
          session.typed(event.currentTarget.value.trim());
        }}
      />
      {left < WARN && <Left count={left} />}
      <button type="submit" class="send" aria-label={t('common.send')} title={t('common.send')} aria-disabled={!ready}>
        <Icon name="send" />
      </button>
    </form>
  );
}

/** How many characters may follow, or are too many. */
function Left({ count }: { count: number }) {
  const { t } = useUi();
  return (
    <span id="left" class={count < 0 ? 'left over' : 'left'}>
      {count < 0 ? t('widget.write.over', { count: -count }) : t('widget.write.left', { count })}
    </span>
  );
}

/** Lets a field grow with its text where CSS alone does not. */
function useGrowth(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const style = field.current?.style;
    if (!style || CSS.supports('field-sizing', 'content')) return;
    style.height = 'auto';
    style.height = `${field.current?.scrollHeight ?? 0}px`;
  }, [text]);
}
