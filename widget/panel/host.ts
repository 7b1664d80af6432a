import { READY, type HostPage, type Init, type ToLoader, type ToPanel } from '../core/port';

/** The page that frames us, or nobody. */
export interface Host {
  /** False when we are a page of our own. */
  readonly framed: boolean;
  say(message: ToLoader): void;
}

/** What the host may ask of the panel. */
export interface HostCallbacks {
  onOpen(open: boolean): void;
  onPage(page: HostPage): void;
}

/**
 * Meets the loader: asks for a port, and takes it only from our own parent and from an origin of the site's.
 *
 * @param origins who may frame us
 */
export function meetHost(origins: readonly string[], callbacks: HostCallbacks): Host {
  if (window.parent === window) return { framed: false, say: () => undefined };
  let port: MessagePort | undefined;
  const waiting: ToLoader[] = [];
  const meet = (event: MessageEvent<unknown>) => {
    const known = event.origin === location.origin || origins.includes(event.origin);
    const given = event.ports[0];
    if (port || event.source !== window.parent || !known || !given || !isInit(event.data)) return;
    window.removeEventListener('message', meet);
    port = given;
    port.onmessage = (e: MessageEvent<ToPanel>) => {
      if (e.data.t === 'page') callbacks.onPage(e.data.page);
      else callbacks.onOpen(e.data.t === 'open');
    };
    for (const message of waiting.splice(0)) port.postMessage(message);
    callbacks.onPage(event.data.page);
    callbacks.onOpen(event.data.open);
  };
  window.addEventListener('message', meet);
  // Says nothing but that we are here; whoever frames us knows that already.
  window.parent.postMessage(READY, '*');
  return { framed: true, say: (message) => (port ? port.postMessage(message) : void waiting.push(message)) };
}

function isInit(data: unknown): data is Init {
  return typeof data === 'object' && data !== null && 't' in data && data.t === 'foyer:init';
}
