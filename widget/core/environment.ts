const SUBPROTOCOL = 'foyer.v1';

/** What the connection takes from its surroundings; tests bring their own. */
export interface Environment {
  /** Milliseconds of a clock that goes on while the machine sleeps. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
  /** Makes the socket; may throw where a page's policy forbids it. */
  socket(url: string): WebSocket;
  setTimeout(work: () => void, ms: number): number;
  clearTimeout(timer: number): void;
  /** Calls `back` whenever the page is shown or the network came back; returns how to stop it. */
  onWake(back: () => void): () => void;
}

/** The real clock, sockets and wake-ups of a browser window. */
export function browserEnvironment(): Environment {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    socket: (url) => new WebSocket(url, SUBPROTOCOL),
    setTimeout: (work, ms) => window.setTimeout(work, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    onWake(back) {
      const shown = () => {
        if (document.visibilityState === 'visible') back();
      };
      document.addEventListener('visibilitychange', shown);
      window.addEventListener('online', back);
      window.addEventListener('pageshow', back);
      return () => {
        document.removeEventListener('visibilitychange', shown);
        window.removeEventListener('online', back);
        window.removeEventListener('pageshow', back);
      };
    },
  };
}
