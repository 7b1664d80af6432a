import type { Summary } from '../../widget/core/protocol';
import type { KeyValue } from '../../widget/core/storage';
import { isGuest, isMine, isWaiting, ringsAt } from './lists';

/** What is worth a sound: something for the agent to do. */
export type Alert = 'message' | 'assigned' | 'queue' | 'offer';

/** What became of a conversation that an agent should hear of; undefined for nothing. */
export function alertFor(before: Summary | undefined, after: Summary, me: string | undefined): Alert | undefined {
  if (ringsAt(after, me)) return before && ringsAt(before, me) && before.offer_until === after.offer_until ? undefined : 'offer';
  if (before && isGuest(before, me) && isGuest(after, me)) {
    return after.last?.from.type === 'visitor' && after.last.seq > (before.last?.seq ?? 0) ? 'message' : undefined;
  }
  if (isMine(after, me)) {
    if (!before || !isMine(before, me)) return 'assigned';
    return after.unread > before.unread ? 'message' : undefined;
  }
  return isWaiting(after) && !(before && isWaiting(before)) ? 'queue' : undefined;
}

/** Plays what an agent should hear, in one tab only. */
export interface Alerts {
  /**
   * @param key the same in all tabs for one occasion
   * @param looking whether this tab shows the thing already: then no tab needs to play
   */
  alert(kind: Alert, key: string, looking: boolean): void;
  /** Plays a sample. */
  test(): void;
}

/** Notes in Hz, one after another. */
const TUNES: Readonly<Record<Alert, readonly number[]>> = { message: [784], assigned: [587, 784], queue: [523], offer: [659, 880, 659, 880] };
const VOLUME = 0.12;
const NOTE = 0.14;

/** Makes the alerts. Browsers let a page play only after the first gesture, so it waits for one. */
export function makeAlerts(enabled: () => boolean, storage: KeyValue): Alerts {
  let audio: AudioContext | undefined;
  const unlock = () => {
    audio ??= new AudioContext();
    void audio.resume();
  };
  for (const gesture of ['pointerdown', 'keydown'] as const) window.addEventListener(gesture, unlock, { once: true, capture: true });
  return {
    alert(kind, key, looking) {
      if (!looking && (!enabled() || audio?.state !== 'running')) return;
      // A tab that shows it goes first and stays silent.
      setTimeout(() => claim(key, storage, () => !looking && audio && play(audio, TUNES[kind])), looking ? 0 : 120);
    },
    test() {
      unlock();
      if (audio) play(audio, TUNES.message);
    },
  };
}

/** Does the work unless another tab has claimed the key. Web Locks are missing on plain http. */
function claim(key: string, storage: KeyValue, work: () => void): void {
  if (!('locks' in navigator)) {
    if (storage.get('foyer:alert') === key) return;
    storage.set('foyer:alert', key);
    work();
    return;
  }
  void navigator.locks.request(`foyer:alert:${key}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    work();
    await new Promise((done) => setTimeout(done, 2_000));
  });
}

function play(audio: AudioContext, notes: readonly number[]): void {
  notes.forEach((pitch, i) => {
    const at = audio.currentTime + i * NOTE;
    for (const [times, loud] of [[1, 1], [2, 0.25]] as const) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = pitch * times;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(VOLUME * loud, at + 0.012);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + NOTE * 3);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + NOTE * 3);
    }
  });
}

/** Shows the count of unread lines, and what rings, where the tab is seen when it is not looked at. */
export function showUnread(count: number, title: string, ring: string | undefined): void {
  document.title = ring ?? (count > 0 ? `(${count > 99 ? '99+' : count}) ${title}` : title);
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = ring !== undefined || count > 0 ? '/img/favicon-unread.svg' : '/favicon.svg';
  if (icon && icon.getAttribute('href') !== href) icon.href = href;
}
