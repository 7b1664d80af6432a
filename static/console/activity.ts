import { signal, type ReadonlySignal } from '@preact/signals';

/** Often enough to stay here, ms. */
const OFTEN = 60_000;
/** Coming back is told at once, but a refusal is not met with a storm, ms. */
const SOON = 2_000;

/** What the reporter takes from its surroundings. */
export interface ActivityOptions {
  /** Milliseconds. */
  now(): number;
  /** With nobody at the desk for so long one counts as away, ms; 0 is never. */
  awayAfter(): number;
  /** Whether colleagues see us as away since nobody is at the desk. */
  isAway(): boolean;
  /** Tells the server that somebody is here. */
  tell(): void;
}

/** Knows whether somebody is at the desk, by what is typed and pointed at, and lets the server know. */
export class Activity {
  private touchedAt: number;
  private toldAt: number;
  private readonly still = signal(false);
  /** Nobody has touched the page for so long that one counts as away. */
  readonly empty: ReadonlySignal<boolean> = this.still;

  constructor(private readonly options: ActivityOptions) {
    this.touchedAt = options.now();
    this.toldAt = this.touchedAt;
  }

  /** Somebody touched the page. */
  touch(): void {
    const now = this.options.now();
    const awayAfter = this.options.awayAfter();
    this.touchedAt = now;
    this.still.value = false;
    if (awayAfter === 0) return;
    const pause = this.options.isAway() ? SOON : Math.min(OFTEN, awayAfter / 2);
    if (now - this.toldAt < pause) return;
    this.toldAt = now;
    this.options.tell();
  }

  /** Time passes. */
  tick(): void {
    const awayAfter = this.options.awayAfter();
    this.still.value = awayAfter > 0 && this.options.now() - this.touchedAt >= awayAfter;
  }

  /** A connection begins: whether it does so with nobody at the desk. If not, the server knows from it that somebody is. */
  greet(): boolean {
    this.tick();
    if (!this.still.peek()) this.toldAt = this.options.now();
    return this.still.peek();
  }
}

/** Calls `touch` for what people do, while the page is shown. */
export function watchInput(touch: () => void): void {
  let place = '';
  const seen = () => document.visibilityState === 'visible' && touch();
  for (const input of ['keydown', 'pointerdown', 'wheel', 'touchmove'] as const) window.addEventListener(input, seen, { capture: true, passive: true });
  window.addEventListener(
    'pointermove',
    ({ screenX, screenY }) => {
      // What moves under a pointer that rests makes the browser say that it moved, too.
      const at = `${screenX},${screenY}`;
      if (at !== place && place !== '') seen();
      place = at;
    },
    { capture: true, passive: true },
  );
}
