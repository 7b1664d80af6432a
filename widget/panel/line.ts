import { signal } from '@preact/signals';
import type { ConnectionState } from '../core/connection';

/** The wait before a lost connection is spoken of, ms. */
const SPEAK_AFTER = 2_000;

/** The connection as the visitor is told of it: short losses are kept from them. */
export class LineState {
  readonly state = signal<ConnectionState>('connecting');
  /** The last close code; 0 when there was none. */
  readonly code = signal(0);
  /** Lost for so long that the visitor should know. */
  readonly late = signal(false);
  private timer: ReturnType<typeof setTimeout> | undefined;

  change(state: ConnectionState, code = 0): void {
    const lost = this.state.peek() === 'open' || this.timer === undefined;
    this.state.value = state;
    if (state === 'open') {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.late.value = false;
      return;
    }
    if (code !== 0) this.code.value = code;
    if (lost) this.timer = setTimeout(() => (this.late.value = true), SPEAK_AFTER);
  }
}
