import { signal, type ReadonlySignal } from '@preact/signals';

/** Beyond this the browser's clock is taken to be wrong, ms. Answers tell the time only to the second. */
const TOLERANCE = 3_000;

/** What time the server has. Counting from its times with a clock that is wrong shows nonsense. */
export interface Clock {
  /** The server's time, anew every second. */
  readonly second: ReadonlySignal<Date>;
  /** The server's time, anew every 20 s: for what is written in minutes. */
  readonly minute: ReadonlySignal<Date>;
  now(): Date;
  /** Sets it by what an answer of the server said. */
  set(server: Date): void;
}

/** Makes a clock that ticks while the page is shown. */
export function serverClock(): Clock {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const second = signal(now());
  const minute = signal(now());
  const tick = (all: boolean) => {
    const at = now();
    second.value = at;
    if (all || at.getTime() - minute.value.getTime() >= 20_000) minute.value = at;
  };
  setInterval(() => {
    if (document.visibilityState === 'visible') tick(false);
  }, 1_000);
  document.addEventListener('visibilitychange', () => tick(true));
  return {
    second,
    minute,
    now,
    set(server) {
      const off = server.getTime() - Date.now();
      const next = Math.abs(off) > TOLERANCE ? off : 0;
      // Answers are rounded and delayed: small differences between them are no news.
      if (Math.abs(next - ahead) < TOLERANCE) return;
      ahead = next;
      tick(true);
    },
  };
}
