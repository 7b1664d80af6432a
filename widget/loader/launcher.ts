import css from './loader.css?inline';

const SVG = 'http://www.w3.org/2000/svg';
const TALK = 'M25 13.5c0 5-4.9 9-11 9-1.3 0-2.600-.2-3.700-.5L5 24l1.500-4.300C4.300 18 3 15.900 3 13.500c0-5 4.900-9 11-9s11 4 11 9Z';
const DOWN = 'm7 11 7 7 7-7';

/** The launcher as the visitor sees it; it knows nothing of frames. */
export interface Launcher {
  /** Stands in the page; everything else is in its shadow root. */
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
  readonly button: HTMLButtonElement;
  /** Shows whether the chat is open, how many lines are unread, and the name that says both. */
  show(open: boolean, unread: number, label: string): void;
  /** Puts the launcher (back) into the page, on top of everything. */
  attach(): void;
}

/** Draws the launcher with DOM calls and an adopted sheet only, which any Content-Security-Policy lets pass. */
export function createLauncher(): Launcher {
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement('button');
  const badge = document.createElement('span');
  button.type = 'button';
  badge.setAttribute('aria-hidden', 'true');
  button.append(icon('talk', TALK), icon('down', DOWN), badge);
  root.append(button);
  return {
    host,
    root,
    button,
    show(open, unread, label) {
      button.classList.toggle('open', open);
      button.setAttribute('aria-expanded', String(open));
      button.setAttribute('aria-label', label);
      badge.textContent = open || unread === 0 ? '' : unread > 99 ? '99+' : String(unread);
    },
    attach() {
      if (host.isConnected || !document.body) return;
      document.body.append(host);
      // The top layer: no transform or z-index of the page can move or cover us there.
      if (!host.showPopover) return;
      host.popover = 'manual';
      host.showPopover();
    },
  };
}

function icon(name: string, path: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'path');
  svg.setAttribute('class', name);
  svg.setAttribute('viewBox', '0 0 28 28');
  svg.setAttribute('aria-hidden', 'true');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}
