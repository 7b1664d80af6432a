/** How long a `typing` frame holds, ms. */
export const TYPING_LAPSE = 6_000;
/** At most one `typing` frame in this time, ms. */
const EVERY = 500;
/** Longest preview, in characters. */
const PREVIEW = 300;

/**
 * Thins out keystrokes to what may be sent: at most two a second, the last one always, nothing
 * for an emptied field.
 *
 * @param send puts a `typing` frame with this text on the wire
 */
export function typingSender(send: (text: string) => void): { typed(text: string): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let next: string | undefined;
  const fire = () => {
    timer = undefined;
    if (next === undefined) return;
    send([...next].slice(0, PREVIEW).join(''));
    next = undefined;
    timer = setTimeout(fire, EVERY);
  };
  return {
    typed(text) {
      next = text === '' ? undefined : text;
      if (timer === undefined) fire();
    },
    stop() {
      next = undefined;
    },
  };
}
