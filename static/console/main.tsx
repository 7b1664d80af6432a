import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import { safeStorage } from '../../widget/core/storage';
import { makeAlerts, showUnread } from './alerts';
import { apiClient } from './api';
import { t } from './boot';
import { serverClock } from './clock';
import { listenForKeys } from './keys';
import { applyTheme, loadPrefs } from './prefs';
import { makeRoute } from './route';
import { Store } from './store';
import { App } from './ui/app';
import { SurroundingsContext, type DialogName, type Surroundings } from './ui/context';
import { visitorName } from './ui/person';
import './styles/console.css';

/** How often the page may load itself anew for a new version: once in this time, ms. */
const RELOAD_AFTER = 300_000;

function signedOut(): void {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** The server speaks a newer protocol: a new page does too, unless it just has been loaded for that. */
function reload(): void {
  const last = Number(sessionStorage.getItem('foyer:reloaded'));
  if (Date.now() - last < RELOAD_AFTER) return;
  sessionStorage.setItem('foyer:reloaded', String(Date.now()));
  location.reload();
}

function start(root: HTMLElement): void {
  const storage = safeStorage(() => window.localStorage);
  const clock = serverClock();
  const prefs = loadPrefs(storage);
  const alerts = makeAlerts(() => prefs.sound.peek(), storage);
  const store = new Store({
    api: apiClient({ fetch: (...args) => fetch(...args), onSignedOut: signedOut, onDate: (date) => clock.set(date) }),
    alerts,
    storage,
    socketURL: `${location.origin.replace(/^http/, 'ws')}/ws/agent`,
    route: makeRoute(),
    onSignedOut: signedOut,
    onReload: reload,
  });
  const surroundings: Surroundings = { store, prefs, clock, dialog: signal<DialogName | undefined>(undefined), testSound: () => alerts.test() };
  effect(() => applyTheme(prefs.theme.value));
  effect(() => {
    const open = store.open.value;
    const rings = store.convs.value.get(store.rings.value[0] ?? '');
    const ring = rings && t('ring.title', { name: visitorName(rings.visitor) });
    showUnread(store.unread.value, open ? `${visitorName(open.visitor)} · Foyer` : `${t('conversations')} · Foyer`, ring);
  });
  listenForKeys(surroundings);
  render(
    <SurroundingsContext.Provider value={surroundings}>
      <App />
    </SurroundingsContext.Provider>,
    root,
  );
}

const root = document.getElementById('app');
if (root) start(root);
