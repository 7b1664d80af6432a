import { SendHorizontal } from 'lucide';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { MAX_MESSAGE, type Summary } from '../../../widget/core/protocol';
import { typingSender } from '../../../widget/core/typing';
import { t } from '../boot';
import { mayAnswer } from '../lists';
import { Attach } from './attach';
import { useSurroundings } from './context';
import { Icon } from './icon';
import { visitorName } from './person';

/** Characters left from which on they are counted out. */
const WARN = 300;

/** Where one writes: to the visitor, or a note for colleagues. Owner and second agents answer; anybody may note. */
export function Composer({ summary }: { readonly summary: Summary }) {
  const { store } = useSurroundings();
  const answers = mayAnswer(summary, store.me.value?.id);
  const note = !answers || store.noting.value;
  return (
    <div class={`composer${note ? ' note' : ''}`}>
      {answers ? (
        <div class="modes" role="group" aria-label={t('mode')}>
          {[false, true].map((to) => (
            <button type="button" key={String(to)} aria-pressed={note === to} onClick={() => store.write(to)}>
              {t(to ? 'mode.note' : 'mode.reply')}
            </button>
          ))}
        </div>
      ) : (
        <div class="modes">
          <span class="mode">{t('mode.note')}</span>
          <button type="button" onClick={() => (store.noting.value = false)}>
            {t('cancel')}
          </button>
        </div>
      )}
      <Field key={note ? 'note' : 'reply'} summary={summary} note={note} />
    </div>
  );
}

/** What is not sent yet is kept per conversation, over reloads too. */
function Field({ summary, note }: { readonly summary: Summary; readonly note: boolean }) {
  const { store, prefs, clock } = useSurroundings();
  const conv = summary.id;
  const [text, setText] = useState(() => store.drafts.get(conv, note));
  const field = useRef<HTMLTextAreaElement>(null);
  const typing = useMemo(() => typingSender(() => store.live.typing(conv)), [conv]);
  const enterSends = prefs.enterSends.value;
  const left = MAX_MESSAGE - [...text].length;
  const ready = text.trim() !== '' && left >= 0;
  const name = visitorName(summary.visitor);

  useLayoutEffect(() => grow(field.current), [text]);
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches && store.focusComposer.peek()) field.current?.focus();
    store.focusComposer.value = false;
    return () => typing.stop();
  }, []);

  const change = (next: string) => {
    setText(next);
    store.drafts.keep(conv, next, note);
    if (!note) typing.typed(next.trim() === '' ? '' : next);
  };
  const send = () => {
    if (!ready) return;
    typing.stop();
    store.live.send(conv, text.trim(), note);
    setText('');
    store.drafts.keep(conv, '', note);
    field.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    // Enter that ends the input of a Chinese word is not ours; Safari says so by 229 only.
    if (event.isComposing || event.keyCode === 229 || event.shiftKey || event.altKey) return;
    if (event.key === 'ArrowUp' && text === '' && store.editLast(summary, clock.minute.value)) event.preventDefault();
    if (event.key !== 'Enter' || (!enterSends && !event.ctrlKey && !event.metaKey)) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-box">
        {note ? null : <Attach conv={conv} />}
        <label class="hidden" for="reply">
          {t(note ? 'note.to' : 'reply.to', { name })}
        </label>
        <textarea
          id="reply"
          ref={field}
          rows={1}
          value={text}
          placeholder={t(note ? 'note.short' : 'reply.short')}
          enterkeyhint={enterSends ? 'send' : 'enter'}
          aria-describedby="reply-hint"
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={key}
        />
        <button type="submit" class="send" disabled={!ready} aria-label={t(note ? 'note.send' : 'send')} title={t(note ? 'note.send' : 'send')}>
          <Icon node={SendHorizontal} />
        </button>
      </div>
      <p class="composer-hint" id="reply-hint">
        {left <= WARN ? <span class={left < 0 ? 'over' : ''}>{t('left', { count: left })}</span> : <>{note ? `${t('note.hint')} ` : ''}{t(enterSends ? 'hint.enter' : 'hint.mod')}</>}
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
