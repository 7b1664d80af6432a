import { useEffect, useRef } from 'preact/hooks';
import type { Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { mayAnswer } from '../lists';
import { Tray } from './attach';
import { useSurroundings } from './context';
import { Foot } from './foot';
import { Head } from './head';
import { visitorName } from './person';
import { Thread } from './thread';

/** The conversation that is open, or what to do when none is. */
export function Conversation() {
  const { store } = useSurroundings();
  const summary = store.open.value;
  useKeptFocus(summary);
  if (store.missing.value) return <Message title={t('missing')} hint={t('missing.hint')} back />;
  if (!summary && store.me.value && store.lists.value.all.length === 0) return <Message title={t('empty.all')} hint={t('choose.idle')} />;
  if (!summary) return <Message title={t('choose')} hint={t('choose.hint')} />;
  return (
    <section class="conversation" aria-label={t('conversation.with', { name: visitorName(summary.visitor) })}>
      <Head summary={summary} />
      <Thread key={summary.id} summary={summary} />
      <Tray conv={summary.id} />
      <Foot summary={summary} />
    </section>
  );
}

/** When composer and buttons go away with the focus, the conversation gets it: Tab does not begin at the top again. */
function useKeptFocus(summary: Summary | undefined): void {
  const { store } = useSurroundings();
  const mine = summary !== undefined && mayAnswer(summary, store.me.value?.id) ? summary.id : undefined;
  const before = useRef(mine);
  useEffect(() => {
    const lost = before.current !== undefined && mine === undefined && before.current === summary?.id;
    before.current = mine;
    if (lost && document.activeElement === document.body) document.getElementById('conversation')?.focus({ preventScroll: true });
  }, [mine]);
}

function Message({ title, hint, back = false }: { readonly title: string; readonly hint: string; readonly back?: boolean }) {
  const { store, dialog } = useSurroundings();
  return (
    <section class="conversation vacant" aria-label={t('conversation')}>
      <div class="nothing">
        <h2 class="nothing-title">{title}</h2>
        <p>{hint}</p>
        {back ? (
          <button type="button" class="button" onClick={() => store.go(undefined)}>
            {t('back')}
          </button>
        ) : (
          <button type="button" class="plain" onClick={() => (dialog.value = 'help')}>
            {t('choose.keys')}
          </button>
        )}
      </div>
    </section>
  );
}
