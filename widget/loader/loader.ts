/**
 * The script customers put into their pages: draws the launcher and, once it is wanted, the frame with the panel.
 * `<script async src="https://HOST/widget.js" data-site="KEY" data-lang="en"></script>`
 */
import { onBack } from '../core/back';
import type { ToLoader } from '../core/port';
import { createFrame, type PanelFrame } from './frame';
import { createLauncher } from './launcher';
import { followViewport, hostPage, recall, remember, scrollLock } from './page';

declare global {
  interface Window {
    /** `Foyer('open')`, `Foyer('close')`, `Foyer('toggle')`. */
    Foyer?: (command: string) => void;
  }
}

// Until the panel sends its own.
const ENGLISH = { unread: 0, open: 'Open chat', close: 'Close chat', title: 'Chat' };
const CHINESE = { unread: 0, open: '打开聊天', close: '关闭聊天', title: '聊天' };

const script = document.currentScript as HTMLScriptElement | null;
const site = script?.dataset['site'];
if (script && site && !window.Foyer) run(new URL(script.src).origin, site, script.dataset['lang']);

function run(origin: string, site: string, given: string | undefined): void {
  const lang = given || document.documentElement.lang || navigator.language || 'en';
  const flag = `foyer:${site}`;
  const launcher = createLauncher();
  const { host, button } = launcher;
  const phone = matchMedia('(width < 480px)');
  const lockScroll = scrollLock();
  let labels = /^zh/i.test(lang) ? CHINESE : ENGLISH;
  let open = false;
  let frame: PanelFrame | undefined;
  let before: Element | null = null;
  let unwatch: (() => void) | undefined;

  const mount = () => {
    frame ??= createFrame(origin, site, lang, () => ({ t: 'foyer:init', open, page: hostPage() }), obey);
    // Before the button: Tab goes from the panel to what closes it.
    if (!frame.element.parentNode) launcher.root.prepend(frame.element);
  };
  const draw = () => {
    launcher.show(open, labels.unread, open ? labels.close : labels.open);
    if (!frame) return;
    frame.element.hidden = !open;
    frame.element.title = labels.title;
    lockScroll(open && phone.matches);
  };
  const set = (wanted: boolean) => {
    if (wanted === open) return;
    open = wanted;
    mount();
    if (open) before = document.activeElement;
    draw();
    focus(open ? frame?.element : before === host ? button : before, button);
    unwatch?.();
    unwatch = open && phone.matches ? onBack(() => set(false)) : undefined;
    frame?.say({ t: open ? 'open' : 'close' });
  };
  function obey(message: ToLoader): void {
    if (message.t === 'close') set(false);
    else if (message.t === 'active') remember(flag, message.on);
    else {
      labels = message;
      draw();
    }
  }
  const command = (name: string) => {
    if (name === 'open' || name === 'close' || name === 'toggle') set(name === 'toggle' ? !open : name === 'open');
  };

  window.Foyer = command;
  button.onclick = () => command('toggle');
  button.onpointerenter = button.onfocus = mount;
  phone.onchange = draw;
  onEscape(host, () => set(false));
  // Pages that change without being loaded anew, where the browser tells.
  window.navigation?.addEventListener('navigatesuccess', () => frame?.say({ t: 'page', page: hostPage() }));
  followViewport(host);
  draw();
  whenBody(() => {
    stay(launcher.attach);
    if (recall(flag)) mount();
    draw();
  });
}

/** Focuses an element that is still there and can have the focus, else the other one. */
function focus(element: Element | null | undefined, otherwise: HTMLElement): void {
  const there = element instanceof HTMLElement && element.isConnected && element !== document.body;
  (there ? element : otherwise).focus();
}

/** Hears Escape; no key pressed on the launcher reaches the page's own hotkeys. */
function onEscape(host: HTMLElement, back: () => void): void {
  host.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key === 'Escape') back();
  });
}

/** Attaches now, and again whenever the page swaps its <body> and throws us out. */
function stay(attach: () => void): void {
  attach();
  new MutationObserver(attach).observe(document.documentElement, { childList: true });
  window.addEventListener('pageshow', attach);
}

function whenBody(work: () => void): void {
  if (document.body) work();
  else document.addEventListener('DOMContentLoaded', work);
}
