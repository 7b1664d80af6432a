import type { Summary } from '../../widget/core/protocol';
import { Problem, type Api, type TransferTarget } from './api';
import { t } from './boot';
import type { Toasts } from './toasts';

/** What moving a conversation needs of the store. */
export interface MovesOptions {
  readonly api: Api;
  readonly toasts: Toasts;
  /** Takes an answer in. */
  took(summary: Summary): void;
  /** Does something once at a time, and tells when it fails. */
  act(what: string, work: () => Promise<void>): Promise<boolean>;
  /** The composer that comes with a conversation takes the focus, or does not. */
  focusComposer(take: boolean): void;
  /** Opens a conversation. */
  go(conv: string): void;
  /** What was written there is of no use any more. */
  dropDraft(conv: string): void;
}

/** What an agent does with a conversation as a whole: all of it calls of the API. */
export class Moves {
  constructor(private readonly options: MovesOptions) {}

  /** Takes one that waits, or, as a supervisor, a colleague's. */
  async take(conv: string): Promise<boolean> {
    const { api, act, took, focusComposer } = this.options;
    // Before the answer: the socket may be faster.
    focusComposer(true);
    const taken = await act(`take:${conv}`, async () => took(await api.take(conv)));
    if (!taken) focusComposer(false);
    return taken;
  }

  /** Answers to one that rings, and opens it. */
  accept(conv: string): Promise<boolean> {
    const { api, go } = this.options;
    return this.pickUp(conv, async () => {
      this.options.took(await api.accept(conv));
      go(conv);
    });
  }

  /** Lets it ring at somebody else. */
  decline(conv: string): Promise<boolean> {
    return this.pickUp(conv, async () => this.options.took(await this.options.api.decline(conv)));
  }

  /** Takes over what a colleague has; rejects with a Problem, for the dialog to show. */
  async takeOver(conv: string): Promise<void> {
    this.options.focusComposer(true);
    try {
      this.options.took(await this.options.api.take(conv));
    } catch (error) {
      this.options.focusComposer(false);
      throw error;
    }
  }

  /** Ends a conversation; rejects with a Problem, for the dialog to show. */
  async close(conv: string, reason: string): Promise<void> {
    this.options.took(await this.options.api.close(conv, reason));
    this.options.dropDraft(conv);
  }

  /** Hands a conversation on; rejects with a Problem, for the dialog to show. */
  async transfer(conv: string, to: TransferTarget, note: string): Promise<void> {
    this.options.took(await this.options.api.transfer(conv, to, note));
  }

  /** Asks a second agent in; rejects with a Problem, for the dialog to show. */
  async invite(conv: string, agent: string): Promise<void> {
    this.options.took(await this.options.api.invite(conv, agent));
  }

  /** A second agent goes: oneself, or who was invited. */
  dismiss(conv: string, agent: string): Promise<boolean> {
    return this.options.act(`guests:${conv}`, async () => this.options.took(await this.options.api.dismiss(conv, agent)));
  }

  /** Says how soon it is to be served. */
  prioritize(conv: string, priority: number): Promise<boolean> {
    return this.options.act(`priority:${conv}`, async () => this.options.took(await this.options.api.prioritize(conv, priority)));
  }

  /** Gives a line of ours another text; false when that was refused. */
  edit(conv: string, seq: number, text: string): Promise<boolean> {
    return this.options.act(`edit:${conv}`, () => this.options.api.edit(conv, seq, text));
  }

  /** Takes a line of ours back. */
  remove(conv: string, seq: number): Promise<boolean> {
    return this.options.act(`edit:${conv}`, () => this.options.api.remove(conv, seq));
  }

  /** That it stopped ringing meanwhile is nobody's fault. */
  private pickUp(conv: string, work: () => Promise<void>): Promise<boolean> {
    return this.options.act(`ring:${conv}`, async () => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'conflict') throw error;
        this.options.toasts.tell(t('ring.gone'));
      }
    });
  }
}
