import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { amendable, fates } from '../../widget/core/amend';
import type { ConnectionState } from '../../widget/core/connection';
import type { Line } from '../../widget/core/outbox';
import type { AgentServerFrame, Availability, ConversationEvent, Details, Me, Summary } from '../../widget/core/protocol';
import type { KeyValue } from '../../widget/core/storage';
import { Activity, watchInput } from './activity';
import type { Alerts } from './alerts';
import { Problem, type Api } from './api';
import { makeDrafts, type Drafts } from './drafts';
import { loadOf, mayAnswer, ringing, sameOrder, sortLists, TABS, unreadOfMine, type Lists, type Tab } from './lists';
import { Live } from './live';
import { Moves } from './moves';
import { Notices } from './notices';
import { watchPage } from './page';
import { deskIsEmpty, initialState, reduce, type Action, type ConsoleState } from './state';
import { makeToasts, type Toasts } from './toasts';
import { boot, t } from './boot';
import { makeUploads, type ConsoleUploads } from './uploads';

/** What the store is made of. */
export interface StoreOptions {
  readonly api: Api;
  readonly alerts: Alerts;
  readonly storage: KeyValue;
  readonly socketURL: string;
  /** The conversation in the address. */
  readonly route: Signal<string | undefined>;
  onSignedOut(): void;
  onReload(): void;
}

/** Which pane a phone shows while a conversation is open. */
export type Pane = 'thread' | 'details';

/** All the console shows and all an agent can do: signals to read, methods to call. */
export class Store {
  private readonly state = signal<ConsoleState>(initialState);
  readonly toasts: Toasts = makeToasts();
  readonly me: ReadonlySignal<Me | null> = computed(() => this.state.value.me);
  readonly convs = computed(() => this.state.value.convs);
  readonly logs = computed(() => this.state.value.logs);
  readonly typing = computed(() => this.state.value.typing);
  readonly presence = computed(() => this.state.value.presence);
  readonly lists: ReadonlySignal<Lists>;
  /** What rings at us, the most urgent first. */
  readonly rings: ReadonlySignal<readonly string[]>;
  /** How many chats we have. */
  readonly load = computed(() => loadOf(this.convs.value.values(), this.me.value?.id));
  /** Colleagues see us as away since nobody is at the desk. */
  readonly deskIsEmpty = computed(() => deskIsEmpty(this.state.value));
  readonly unread = computed(() => unreadOfMine(this.convs.value.values(), this.me.value?.id));
  readonly open: ReadonlySignal<Summary | undefined>;
  readonly details = signal<Details | undefined>(undefined);
  readonly missing = signal(false);
  readonly connection = signal<ConnectionState>('connecting');
  readonly lines = signal<readonly Line[]>([]);
  readonly loading = signal<ReadonlySet<string>>(new Set());
  readonly tab = signal<Tab>('mine');
  readonly pane = signal<Pane>('thread');
  readonly page = watchPage();
  readonly activity = new Activity({
    now: () => Date.now(),
    awayAfter: () => this.me.peek()?.auto_away_ms ?? 0,
    isAway: () => this.deskIsEmpty.peek(),
    tell: () => void this.tellActive(),
  });
  /** Somebody is here and sees this tab. */
  readonly looking = computed(() => this.page.looking.value && !this.activity.empty.value);
  /** The next composer takes the focus: the agent opened or took the conversation. */
  readonly focusComposer = signal(false);
  /** What is written is a note for colleagues. */
  readonly noting = signal(false);
  /** The line of ours that is being edited. */
  readonly editing = signal<{ readonly conv: string; readonly seq: number } | undefined>(undefined);
  readonly busy = signal<string | undefined>(undefined);
  /** What screen readers should hear of conversations that are not open. */
  readonly news = signal('');
  readonly route: ReadonlySignal<string | undefined>;
  readonly drafts: Drafts;
  readonly live: Live;
  readonly moves: Moves;
  private readonly notices: Notices;
  readonly uploads: ConsoleUploads = makeUploads(boot.max_upload, (conv, file) => this.live.attach(conv, file));

  constructor(private readonly options: StoreOptions) {
    this.route = options.route;
    let lists = sortLists([], undefined);
    this.lists = computed(() => {
      const next = sortLists(this.convs.value.values(), this.me.value?.id);
      const keep = (tab: Tab) => [tab, sameOrder(lists[tab], next[tab]) ? lists[tab] : next[tab]] as const;
      lists = Object.fromEntries(TABS.map(keep)) as unknown as Lists;
      return lists;
    });
    let rings: readonly string[] = [];
    this.rings = computed(() => {
      const next = ringing(this.convs.value.values(), this.me.value?.id);
      return (rings = sameOrder(rings, next) ? rings : next);
    });
    this.drafts = makeDrafts(options.storage, () => this.me.peek()?.id);
    this.notices = new Notices({
      alerts: options.alerts,
      convs: () => this.convs.peek(),
      me: () => this.me.peek()?.id,
      isSeen: (conv) => options.route.peek() === conv && this.looking.peek(),
      say: (text) => (this.news.value = text),
    });
    this.moves = new Moves({
      api: options.api,
      toasts: this.toasts,
      took: (summary) => this.dispatch({ type: 'summary', summary }),
      act: (what, work) => this.act(what, work),
      focusComposer: (take) => (this.focusComposer.value = take),
      go: (conv) => this.go(conv),
      dropDraft: (conv) => this.drafts.keep(conv, ''),
    });
    this.open = computed(() => this.convs.value.get(options.route.value ?? ''));
    this.live = new Live({
      url: options.socketURL,
      storage: options.storage,
      state: () => this.state.peek(),
      dispatch: (action) => this.dispatch(action),
      isIdle: () => this.activity.greet(),
      onFrame: (frame) => this.heard(frame),
      onConnection: (state) => this.connectionChanged(state),
      onLines: (lines) => (this.lines.value = lines),
      onLoading: (convs) => (this.loading.value = convs),
      onRefused: (code) => this.toasts.fail(t(`error.${code}`)),
      onReload: options.onReload,
    });
    effect(() => this.show(options.route.value));
    void options.api.me().catch(() => {}); // the server's clock, and whether we are signed in
    // Without a connection nobody would tell us that it has stopped.
    effect(() => (this.rings.value.length > 0 && this.connection.value === 'open' ? this.notices.ring() : undefined));
    watchInput(() => this.activity.touch());
    setInterval(() => {
      this.dispatch({ type: 'lapse', now: Date.now() });
      this.activity.tick();
    }, 1_000);
  }

  /** Opens a conversation, or none: the address follows. */
  go(conv: string | undefined): void {
    this.pane.value = 'thread';
    // A composer that comes later, because the conversation is given to us then, must not take the focus.
    const summary = this.state.peek().convs.get(conv ?? '');
    this.focusComposer.value = summary !== undefined && mayAnswer(summary, this.me.peek()?.id);
    this.options.route.value = conv;
  }

  /** Whether a line of a conversation is ours to change. `now` is the server's time. */
  mayAmend(summary: Summary, event: ConversationEvent, now: Date): boolean {
    const { me, editMs } = this.state.peek();
    if (event.from.type !== 'agent' || event.from.id !== me?.id || !amendable(event, editMs, now.getTime())) return false;
    return event.kind === 'note' || mayAnswer(summary, me.id);
  }

  /**
   * Begins to edit the last line we said in a conversation, if that may be changed at `now`, the server's time. While
   * a later one is on its way there is none: whoever asks so soon means that one.
   */
  editLast(summary: Summary, now: Date): boolean {
    const log = this.logs.peek().get(summary.id);
    if (!log || this.lines.peek().some(({ conv }) => conv === summary.id)) return false;
    const amended = fates(log.events);
    const last = log.events.findLast((event) => event.kind !== 'file' && this.mayAmend(summary, event, now) && amended.get(event.seq) !== 'deleted');
    if (last) this.editing.value = { conv: summary.id, seq: last.seq };
    return last !== undefined;
  }

  /** Says whether one wants conversations. */
  async setAvailability(status: Availability): Promise<void> {
    const before = this.me.peek();
    if (!before || before.status === status) return;
    this.dispatch({ type: 'me', me: { ...before, status } });
    const kept = await this.act('availability', async () => {
      this.dispatch({ type: 'me', me: await this.options.api.setAvailability(status) });
    });
    if (!kept) this.dispatch({ type: 'me', me: before });
  }

  /** Says whether new chats may come. */
  async setAccepting(accepting: boolean): Promise<void> {
    const before = this.me.peek();
    if (!before || before.accepting === accepting) return;
    this.dispatch({ type: 'me', me: { ...before, accepting } });
    const kept = await this.act('accepting', async () => {
      this.dispatch({ type: 'me', me: await this.options.api.setAccepting(accepting) });
    });
    if (!kept) this.dispatch({ type: 'me', me: before });
  }

  /** Asks why a conversation went where it went. */
  routing(conv: string): ReturnType<Api['routing']> {
    return this.options.api.routing(conv);
  }

  /** Ends the session. */
  async signOut(): Promise<void> {
    const done = await this.act('session', () => this.options.api.signOut());
    if (!done) return;
    this.live.close();
    this.options.onSignedOut();
  }

  /** Asks for colleagues and departments. */
  places(): Promise<[Awaited<ReturnType<Api['agents']>>, Awaited<ReturnType<Api['departments']>>]> {
    return Promise.all([this.options.api.agents(), this.options.api.departments()]);
  }

  /** Writes a reply or a note: the field that is meant takes the focus. */
  write(note: boolean): void {
    this.focusComposer.value = true;
    if (this.noting.peek() === note) document.getElementById('reply')?.focus();
    this.noting.value = note;
  }

  /** What to tell of a failure. */
  explain(error: unknown): string {
    if (!(error instanceof Problem)) return t('error.unknown');
    const text = t(`error.${error.code}`);
    return text === `console.error.${error.code}` ? error.message : text;
  }

  /** Not being heard is no failure to tell of: the next time will do. */
  private async tellActive(): Promise<void> {
    try {
      this.dispatch({ type: 'here', me: await this.options.api.active() });
    } catch {}
  }

  private dispatch(action: Action): void {
    this.state.value = reduce(this.state.peek(), action);
  }

  /** Does something once at a time, and tells when it fails. */
  private async act(what: string, work: () => Promise<void>): Promise<boolean> {
    if (this.busy.peek() === what) return false;
    this.busy.value = what;
    try {
      await work();
      return true;
    } catch (error) {
      this.toasts.fail(this.explain(error));
      return false;
    } finally {
      this.busy.value = undefined;
    }
  }

  /** Shows a conversation: from what is known at once, from the server what is not. */
  private show(conv: string | undefined): void {
    this.details.value = undefined;
    this.missing.value = false;
    this.noting.value = false;
    this.editing.value = undefined;
    this.live.look(conv);
    if (conv !== undefined) void this.loadDetails(conv);
  }

  private async loadDetails(conv: string): Promise<void> {
    try {
      const details = await this.options.api.conversation(conv);
      if (this.options.route.peek() !== conv) return;
      this.details.value = details;
      const { person: _, ...summary } = details;
      const known = this.state.peek().convs.has(conv);
      this.dispatch({ type: 'summary', summary });
      if (!known) this.live.look(conv);
    } catch (error) {
      if (this.options.route.peek() !== conv) return;
      if (error instanceof Problem && error.status === 404) this.missing.value = true;
      else this.toasts.fail(this.explain(error));
    }
  }

  private connectionChanged(state: ConnectionState): void {
    this.connection.value = state;
    this.losses = state === 'open' ? 0 : this.losses + (state === 'waiting' ? 1 : 0);
    // A socket that is refused does not say why: an HTTP call tells whether we are still signed in.
    if (this.losses > 1) void this.options.api.me().catch(() => {});
    if (state === 'signed_out') this.options.onSignedOut();
  }

  private losses = 0;
  private heard(frame: AgentServerFrame): void {
    this.notices.heard(frame);
    const me = this.me.peek();
    if (frame.t === 'presence' && 'agent' in frame && frame.agent === me?.id && frame.status !== me.status) {
      void this.options.api.me().then((now) => this.dispatch({ type: 'me', me: now })).catch(() => {});
    }
    if (frame.t === 'welcome' && this.options.route.peek() !== undefined) this.refresh(this.options.route.peek()!);
  }

  /** After reconnecting: what we look at may have been closed meanwhile. */
  private refresh(conv: string): void {
    const summary = this.state.peek().convs.get(conv);
    if (!summary || summary.state === 'closed' || this.details.peek()?.id !== conv) void this.loadDetails(conv);
  }
}
