import { SendHorizontal } from 'lucide';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { MAX_MESSAGE } from '../../../widget/core/protocol';
import { typingSender } from '../../../widget/core/typing';
import { t } from '../boot';
import { useSurroundings } from './context';
import { Icon } from './icon';

/** Characters left from which on they are counted out. */
const WARN = 300;

/** Where one writes. What is not sent yet is kept per conversation, over reloads too. */
export function Composer({ conv, visitor }: { readonly conv: string; readonly visitor: string }) {
  const { store, prefs } = useSurroundings();
  const [text, setText] = useState(() => store.draft(conv));
  const field = useRef<HTMLTextAreaElement>(null);
  const typing = useMemo(() => typingSender(() => store.live.typing(conv)), [conv]);
  const enterSends = prefs.enterSends.value;
  const left = MAX_MESSAGE - [...text].length;
  const ready = text.trim() !== '' && left >= 0;

  useLayoutEffect(() => grow(field.current), [text]);
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches && store.focusComposer.peek()) field.current?.focus();
    store.focusComposer.value = false;
    return () => typing.stop();
  }, []);

  const change = (next: string) => {
    setText(next);
    store.keepDraft(conv, next);
    typing.typed(next.trim() === '' ? '' : next);
  };
  const send = () => {
    if (!ready) return;
    typing.stop();
    store.live.send(conv, text.trim());
    setText('');
    store.keepDraft(conv, '');
    field.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    // Enter that ends the input of a Chinese word is not ours; Safari says so by 229 only.
    if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229 || event.shiftKey || event.altKey) return;
    if (!enterSends && !event.ctrlKey && !event.metaKey) return;
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
      <div class="composer-box">
        <label class="hidden" for="reply">
          {t('reply.to', { name: visitor })}
        </label>
        <textarea
          id="reply"
          ref={field}
          rows={1}
          value={text}
          placeholder={t('reply.short')}
          enterkeyhint={enterSends ? 'send' : 'enter'}
          aria-describedby="reply-hint"
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={key}
        />
        <button type="submit" class="send" disabled={!ready} aria-label={t('send')} title={t('send')}>
          <Icon node={SendHorizontal} />
        </button>
      </div>
      <p class="composer-hint" id="reply-hint">
        {left <= WARN ? <span class={left < 0 ? 'over' : ''}>{t('left', { count: left })}</span> : t(enterSends ? 'hint.enter' : 'hint.mod')}
      </p>
    </form>
  );
}

/** Makes the field as high as its text; the style sheet sets the limit. */
function grow(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.blockSize = 'auto';
  field.style.blockSize = `${field.scrollHeight}px`;
}
