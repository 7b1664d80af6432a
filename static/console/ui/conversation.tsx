import { ArrowRightLeft, ChevronLeft, CircleCheck, PanelRight } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import type { Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import { isMine, isWaiting } from '../lists';
import { Tray } from './attach';
import { Composer } from './composer';
import { useSurroundings } from './context';
import { Icon } from './icon';
import { Avatar, visitorName, Waiting } from './person';
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
  const mine = summary !== undefined && isMine(summary, store.me.value?.id) ? summary.id : undefined;
  const before = useRef(mine);
  useEffect(() => {
    const lost = before.current !== undefined && mine === undefined && before.current === summary?.id;
    before.current = mine;
    if (lost && document.activeElement === document.body) document.getElementById('conversation')?.focus({ preventScroll: true });
  }, [mine]);
}

function Head({ summary }: { readonly summary: Summary }) {
  const { store, prefs, dialog } = useSurroundings();
  const mine = isMine(summary, store.me.value?.id);
  const details = store.page.slim.value ? store.pane.value === 'details' : prefs.details.value;
  return (
    <header class="head">
      <button type="button" class="icon-button back" aria-label={t('back')} onClick={() => store.go(undefined)}>
        <Icon node={ChevronLeft} size={20} />
      </button>
      <Avatar id={summary.visitor.id} name={summary.visitor.name} online={summary.visitor.online} />
      <div class="head-text">
        <h2 class="clip">{visitorName(summary.visitor)}</h2>
        <p class="clip">
          {t(summary.visitor.online ? 'online' : 'offline')} · <Standing summary={summary} mine={mine} />
        </p>
      </div>
      <div class="head-actions">
        {mine ? (
          <>
            <button type="button" class="button" onClick={() => (dialog.value = 'transfer')} title={t('transfer')}>
              <Icon node={ArrowRightLeft} size={16} /> <span>{t('transfer')}</span>
            </button>
            <button type="button" class="button" onClick={() => (dialog.value = 'close')} title={t('close')}>
              <Icon node={CircleCheck} size={16} /> <span>{t('close')}</span>
            </button>
          </>
        ) : null}
        <button
          type="button"
          class="icon-button details-toggle"
          aria-pressed={details}
          aria-label={t('details')}
          title={t('details')}
          onClick={() => (store.page.slim.value ? (store.pane.value = details ? 'thread' : 'details') : (prefs.details.value = !details))}
        >
          <Icon node={PanelRight} size={20} />
        </button>
      </div>
    </header>
  );
}

function Standing({ summary, mine }: { readonly summary: Summary; readonly mine: boolean }) {
  if (summary.state === 'closed') return <>{t('standing.closed')}</>;
  if (isWaiting(summary)) {
    return (
      <>
        {t('standing.waiting')} <Waiting since={summary.queued_at} />
      </>
    );
  }
  if (mine) return <>{t('standing.mine')}</>;
  return <>{t('standing.theirs', { name: summary.owner?.name ?? '' })}</>;
}

function Foot({ summary }: { readonly summary: Summary }) {
  const { store } = useSurroundings();
  const me = store.me.value;
  if (isMine(summary, me?.id) || store.noting.value) return <Composer key={summary.id} summary={summary} />;
  const note = (
    <button type="button" class="button" onClick={() => store.write(true)}>
      {t('mode.note')}
    </button>
  );
  if (!isWaiting(summary)) {
    return (
      <footer class="foot">
        <p>{summary.state === 'closed' ? t('foot.closed') : t('foot.theirs', { name: summary.owner?.name ?? '' })}</p>
        {note}
      </footer>
    );
  }
  const full = me !== null && store.lists.value.mine.length >= me.limit;
  return (
    <footer class="foot">
      <p>{full ? t('foot.full', { limit: me.limit }) : t('foot.waiting')}</p>
      <div class="foot-buttons">
        {note}
        <button type="button" class="button primary" disabled={full || store.busy.value === `take:${summary.id}`} onClick={() => void store.take(summary.id)}>
          {t('take')}
        </button>
      </div>
    </footer>
  );
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
