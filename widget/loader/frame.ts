import { READY, type Init, type ToLoader, type ToPanel } from '../core/port';

const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads';

/** The frame with the panel, and the line to it. */
export interface PanelFrame {
  readonly element: HTMLIFrameElement;
  /** Tells the panel; nothing happens before it is there, since `Init` will say it all. */
  say(message: ToPanel): void;
}

/**
 * Makes the frame and answers the panel in it, and nobody else: the message must come from this frame
 * and from our origin, and the port goes to our origin only. The panel may come more than once, when the
 * frame is moved or loaded anew.
 *
 * @param origin where we are served from
 * @param init makes the answer
 * @param obey hears what the panel wants
 */
export function createFrame(origin: string, site: string, lang: string, init: () => Init, obey: (message: ToLoader) => void): PanelFrame {
  const element = document.createElement('iframe');
  let port: MessagePort | undefined;
  element.hidden = true;
  element.setAttribute('sandbox', SANDBOX);
  element.allow = 'clipboard-write; autoplay';
  element.src = `${origin}/widget/panel?site=${encodeURIComponent(site)}&lang=${encodeURIComponent(lang)}`;
  window.addEventListener('message', (event) => {
    const panel = element.contentWindow;
    if (!panel || event.source !== panel || event.origin !== origin || event.data !== READY) return;
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = (e: MessageEvent<ToLoader>) => obey(e.data);
    panel.postMessage(init(), origin, [channel.port2]);
  });
  return { element, say: (message) => port?.postMessage(message) };
}
