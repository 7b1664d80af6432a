import type { AgentServerFrame, Summary } from '../../widget/core/protocol';
import { alertFor, type Alert, type Alerts } from './alerts';
import { t } from './boot';

/** A new conversation that nobody was given by now waits, ms. */
const SETTLES = 400;
/** What rings is heard again after this, ms. */
const RING_AGAIN = 4_000;

/** What telling of news takes from its surroundings. */
export interface NoticesOptions {
  readonly alerts: Alerts;
  convs(): ReadonlyMap<string, Summary>;
  me(): string | undefined;
  /** Whether somebody sees this conversation now. */
  isSeen(conv: string): boolean;
  /** Says something to screen readers. */
  say(text: string): void;
}

/** Tells, by sound and to screen readers, what there is to do for the agent. */
export class Notices {
  private before: ReadonlyMap<string, Summary> = new Map();

  constructor(private readonly options: NoticesOptions) {}

  /** A frame was taken in. */
  heard(frame: AgentServerFrame): void {
    const convs = this.options.convs();
    if (frame.t === 'conv') {
      const now = convs.get(frame.id);
      const kind = now && alertFor(this.before.get(frame.id), now, this.options.me());
      if (kind) this.alert(kind, frame, this.options.isSeen(frame.id));
    }
    this.before = convs;
  }

  /** Rings again and again until the end; all tabs at the same times, so that one is heard. Returns how to end it. */
  ring(): () => void {
    const timer = setInterval(() => this.options.alerts.alert('offer', `ring:${Math.floor(Date.now() / RING_AGAIN)}`, false), RING_AGAIN);
    return () => clearInterval(timer);
  }

  private alert(kind: Alert, conv: Summary, seen: boolean): void {
    // What rings is to be heard also by who sees it: it is soon over.
    const silent = seen && kind !== 'offer';
    const sound = () => this.options.alerts.alert(kind, `${conv.id}:${conv.fence}:${conv.last_seq}`, silent);
    if (kind === 'queue') {
      // Who is given to an agent at once has not waited.
      setTimeout(() => this.options.convs().get(conv.id)?.state === 'queued' && sound(), SETTLES);
      return;
    }
    sound();
    const name = conv.visitor.name.trim() || t('visitor');
    if (!silent) this.options.say(t(`news.${kind}`, { name, text: conv.last?.text ?? '' }));
  }
}
