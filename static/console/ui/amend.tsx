import { Ellipsis } from 'lucide';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MAX_MESSAGE, type ConversationEvent } from '../../../widget/core/protocol';
import type { Bubble } from '../../../widget/core/thread';
import { t } from '../boot';
import { useSurroundings } from './context';
import { Icon } from './icon';
import { Menu, MenuItem } from './menu';

/** What may be done with a line of ours. */
export function Amend({ event }: { readonly event: ConversationEvent }) {
  const { store } = useSurroundings();
  return (
    <Menu class="amend" label={t('amend')} button={<Icon node={Ellipsis} size={16} />}>
      {(close) => (
        <>
          {event.kind === 'file' ? null : (
            <MenuItem
              onChoose={() => {
                close();
                store.editing.value = { conv: event.conv, seq: event.seq };
              }}
            >
              {t('amend.edit')}
            </MenuItem>
          )}
          <MenuItem
            onChoose={() => {
              close();
              void store.moves.remove(event.conv, event.seq);
            }}
          >
            {t('amend.delete')}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}

/** The field in which a line of ours is edited: Enter saves, Escape leaves it as it was. */
export function EditLine({ bubble, event }: { readonly bubble: Bubble; readonly event: ConversationEvent }) {
  const { store } = useSurroundings();
  const [text, setText] = useState(bubble.text);
  const field = useRef<HTMLTextAreaElement>(null);
  const length = [...text].length;
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, []);
  const leave = () => {
    store.editing.value = undefined;
    document.getElementById('reply')?.focus();
  };
  const save = async () => {
    const to = text.trim();
    if (to === '' || length > MAX_MESSAGE) return;
    if (to === bubble.text || (await store.moves.edit(event.conv, event.seq, to))) leave();
  };
  const key = (pressed: KeyboardEvent) => {
    if (pressed.isComposing || pressed.keyCode === 229) return;
    if (pressed.key === 'Escape') leave();
    else if (pressed.key === 'Enter' && !pressed.shiftKey && !pressed.altKey) void save();
    else return;
    pressed.preventDefault();
    pressed.stopPropagation();
  };
  return (
    <form
      class={`editing${bubble.note ? ' note' : ''}`}
      onSubmit={(submitted) => {
        submitted.preventDefault();
        void save();
      }}
    >
      <textarea ref={field} rows={2} dir="auto" aria-label={t('amend.text')} value={text} onInput={(typed) => setText(typed.currentTarget.value)} onKeyDown={key} />
      <div class="editing-foot">
        <span class={`quiet${length > MAX_MESSAGE ? ' over' : ''}`}>{length > MAX_MESSAGE ? t('left', { count: MAX_MESSAGE - length }) : t('amend.hint')}</span>
        <button type="button" class="plain" onClick={leave}>
          {t('cancel')}
        </button>
        <button type="submit" class="plain" disabled={text.trim() === '' || length > MAX_MESSAGE}>
          {t('save')}
        </button>
      </div>
    </form>
  );
}
