/** The panel's entry: reads what the server put into the page, connects, meets the page around us, draws. */
import './styles/base.css';
import '../core/tokens.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/start.css';
import './styles/composer.css';
import './styles/thread.css';
import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import { onBack } from '../core/back';
import { translator } from '../core/i18n';
import { safeStorage } from '../core/storage';
import { timeFormat } from '../core/time';
import { App } from './app';
import { readBoot } from './boot';
import { meetHost } from './host';
import { loadLater } from './lazy';
import { openMemory } from './memory';
import { isAway, isOpen } from './model';
import { createAnnouncer } from './news';
import { Session } from './session';
import { UiContext, type Ui } from './ui';

const boot = readBoot(document);
const t = translator(boot.locale, boot.strings);
const storage = safeStorage(() => window.localStorage);
const tab = safeStorage(() => window.sessionStorage);
const memory = openMemory(storage, tab, boot.site);
const spoken = signal('');
const open = signal(window.parent === window);
const shown = signal(document.visibilityState === 'visible');

const session = new Session({
  url: `${location.origin.replace(/^http/, 'ws')}/ws/visitor?site=${encodeURIComponent(boot.site)}`,
  locale: boot.locale,
  memory,
  storage,
  onNews: createAnnouncer(spoken, t),
  onReload: reloadOnce,
});
const host = meetHost(boot.origins, {
  onOpen: (wanted) => (open.value = wanted),
  onPage: (page) => session.visit.at(page),
});
if (!host.framed) session.visit.at({ url: location.origin + location.pathname, title: document.title, referrer: '' });

document.addEventListener('visibilitychange', () => (shown.value = document.visibilityState === 'visible'));
window.addEventListener('storage', () => session.readElsewhere());
document.addEventListener('keydown', (event) => {
  // An open menu or question takes the key itself.
  const taken = document.querySelector('dialog[open], [popover]:popover-open') !== null;
  if (event.key === 'Escape' && !event.isComposing && !taken) host.say({ t: 'close' });
});
effect(() => {
  if (open.value) session.connect();
});
// Whoever has the focus hears of a phone's back button: the page around us, or we.
effect(() => (open.value && host.framed && matchMedia('(pointer: coarse)').matches ? onBack(() => host.say({ t: 'close' })) : undefined));
effect(() => void (session.watched.value = open.value && shown.value));
effect(() => {
  const { log, site } = session.model.value;
  if (log !== null || isAway(site)) void loadLater();
});
effect(() => host.say({ t: 'active', on: isOpen(session.model.value.log) }));
effect(() => {
  const unread = session.unread.value;
  const label = unread === 0 ? t('widget.launcher.open') : t('widget.launcher.unread', { count: unread });
  host.say({ t: 'launcher', unread, open: label, close: t('widget.launcher.close'), title: t('widget.launcher.title') });
});

const ui: Ui = { session, memory, host, t, time: timeFormat(boot.locale), open, spoken, maxUpload: boot.maxUpload };
const app = document.getElementById('app');
if (app) {
  render(
    <UiContext.Provider value={ui}>
      <App />
    </UiContext.Provider>,
    app,
  );
}

/** A page that is still too old after a reload will not become newer by another. */
function reloadOnce(): void {
  const key = `foyer.${boot.site}.reloaded`;
  if (tab.get(key) !== null) return;
  tab.set(key, '1');
  location.reload();
}
