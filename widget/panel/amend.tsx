import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MAX_MESSAGE, type ErrorCode } from '../core/protocol';
import type { Bubble } from '../core/thread';
import { useUi } from './ui';

/** What a visitor can do with a line of theirs: another text, or none. Loaded when it is first asked for. */
export function Amend({ bubble, onDone }: { bubble: Bubble; onDone(): void }) {
  const { session, t } = useUi();
  const { file } = bubble;
  const [text, setText] = useState(bubble.text);
  const [refused, setRefused] = useState<ErrorCode>();
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const over = [...text].length - MAX_MESSAGE;
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, []);

  const change = async (to?: string) => {
    if (busy || bubble.event === undefined) return;
    setBusy(true);
    const why = await session.amend(bubble.event.seq, to);
    setBusy(false);
    if (why === undefined) onDone();
    else setRefused(why);
  };
  const save = () => {
    const to = text.trim();
    if (to === bubble.text) onDone();
    else if (to !== '' && over <= 0) void change(to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') onDone();
    else if (event.key === 'Enter' && !event.shiftKey) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <form
      class="amending"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {file ? (
        <p>{file.name}</p>
      ) : (
        <textarea
          ref={field}
          dir="auto"
          rows={2}
          aria-label={t('widget.amend.text')}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      )}
      <p class="refused" role="alert">
        {over > 0 ? t('widget.write.over', { count: over }) : refused && t(refused === 'unavailable' ? 'widget.amend.later' : 'widget.amend.refused')}
      </p>
      <div class="answers">
        <button type="button" class="link danger" onClick={() => void change()}>
          {t('widget.amend.delete')}
        </button>
        <button type="button" class="button small" onClick={onDone}>
          {t('common.cancel')}
        </button>
        {!file && (
          <button type="submit" class="button small main">
            {t('common.save')}
          </button>
        )}
      </div>
    </form>
  );
}
