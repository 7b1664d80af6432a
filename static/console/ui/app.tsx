import { t } from '../boot';
import { Accepting, AvailabilityMenu } from './availability';
import { ConnectionBar } from './connection-bar';
import { Conversation } from './conversation';
import { useSurroundings } from './context';
import { Details } from './details';
import { Dialogs } from './dialogs';
import { List, Tabs } from './list';
import { Rail } from './rail';
import { RingBar, RingCards } from './ringing';
import { ToastList } from './toasts';

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
      <div class="bars">
        <ConnectionBar />
        {store.page.narrow.value && pane !== 'list' ? <RingBar /> : null}
      </div>
      <Rail />
      <main>
        <h1 class="hidden">{t('title')}</h1>
        <div class="list" role="region" aria-label={t('conversations')}>
          <div class="list-head">
            <h2>{t('conversations')}</h2>
            <AvailabilityMenu />
          </div>
          <Accepting />
          <RingCards />
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
