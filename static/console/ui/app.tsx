import { useEffect } from 'preact/hooks';
import { t } from '../boot';
import { isMine } from '../lists';
import { ConnectionBar } from './connection-bar';
import { CloseDialog } from './close-dialog';
import { Conversation } from './conversation';
import { useSurroundings } from './context';
import { Details } from './details';
import { HelpDialog } from './help-dialog';
import { List, Tabs } from './list';
import { AvailabilityMenu, Rail } from './rail';
import { ToastList } from './toasts';
import { TransferDialog } from './transfer-dialog';

/** The whole console. */
export function App() {
  const { store, prefs } = useSurroundings();
  const open = store.route.value !== undefined;
  const pane = open ? store.pane.value : 'list';
  const details = store.open.value !== undefined && (prefs.details.value || pane === 'details');
  return (
    <div class={`console pane-${pane}${details ? ' with-details' : ''}`}>
      <a class="skip" href="#conversation">
        {t('skip')}
      </a>
      <ConnectionBar />
      <Rail />
      <main>
        <h1 class="hidden">{t('title')}</h1>
        <div class="list" role="region" aria-label={t('conversations')}>
          <div class="list-head">
            <h2>{t('conversations')}</h2>
            <AvailabilityMenu />
          </div>
          <Tabs />
          <List />
        </div>
        <div class="opened" id="conversation" tabIndex={-1}>
          <Conversation />
        </div>
        {details ? <Details /> : null}
      </main>
      <Dialogs />
      <ToastList />
      <p class="hidden" role="status">
        {store.news.value}
      </p>
    </div>
  );
}

function Dialogs() {
  const { store, dialog } = useSurroundings();
  const summary = store.open.value;
  const mine = summary !== undefined && isMine(summary, store.me.value?.id);
  const idle = !mine && (dialog.value === 'transfer' || dialog.value === 'close');
  const close = () => {
    dialog.value = undefined;
  };
  useEffect(() => {
    // It was closed, handed on or left while we were asking.
    if (idle) close();
  }, [idle]);
  switch (dialog.value) {
    case 'help':
      return <HelpDialog onClose={close} />;
    case 'transfer':
      return mine ? <TransferDialog summary={summary} onClose={close} /> : null;
    case 'close':
      return mine ? <CloseDialog summary={summary} onClose={close} /> : null;
    default:
      return null;
  }
}
