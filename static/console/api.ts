import type { Availability, Colleague, Details, Me, Named, Summary } from '../../widget/core/protocol';
import type { Routing } from './routing';

/** A refusal of the HTTP API (RFC 9457), or status 0 when no answer came. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'Problem';
  }
}

/** Whom to transfer to. */
export type TransferTarget = { readonly agent: string } | { readonly department: string };

/** What the console asks of /api/v1. Every call rejects with a Problem. */
export interface Api {
  me(): Promise<Me>;
  setAvailability(status: Availability): Promise<Me>;
  /** Whether new chats may come. */
  setAccepting(accepting: boolean): Promise<Me>;
  /** Somebody is at the desk. */
  active(): Promise<Me>;
  signOut(): Promise<void>;
  agents(): Promise<readonly Colleague[]>;
  departments(): Promise<readonly Named[]>;
  conversation(id: string): Promise<Details>;
  take(id: string): Promise<Summary>;
  /** Answers to what rings at us. */
  accept(id: string): Promise<Summary>;
  decline(id: string): Promise<Summary>;
  /** Asks a second agent in. */
  invite(id: string, agent: string): Promise<Summary>;
  /** A second agent goes. */
  dismiss(id: string, agent: string): Promise<Summary>;
  prioritize(id: string, priority: number): Promise<Summary>;
  /** Why it went where it went. */
  routing(id: string): Promise<Routing>;
  close(id: string, reason: string): Promise<Summary>;
  transfer(id: string, to: TransferTarget, note: string): Promise<Summary>;
  /** Gives a line of ours another text. */
  edit(id: string, seq: number, text: string): Promise<void>;
  /** Takes a line of ours back. */
  remove(id: string, seq: number): Promise<void>;
}

/** What the client takes from its surroundings. */
export interface ApiOptions {
  readonly fetch: typeof fetch;
  /** The session is over. */
  onSignedOut(): void;
  /** The server's clock as an answer told it; only to the second. */
  onDate?(server: Date): void;
}

/** Makes the client. It rides the session cookie, so it must be on our own origin. */
export function apiClient(options: ApiOptions): Api {
  const call = <T>(method: string, path: string, body?: unknown) => request<T>(options, method, path, body);
  const items = <T>(path: string) => call<{ readonly items: readonly T[] }>('GET', path).then((list) => list.items);
  const conv = (id: string) => `/conversations/${encodeURIComponent(id)}`;
  return {
    me: () => call('GET', '/me'),
    setAvailability: (status) => call('PUT', '/me/availability', { status }),
    setAccepting: (accepting) => call('PUT', '/me/accepting', { accepting }),
    active: () => call('POST', '/me/active', {}),
    signOut: () => call('DELETE', '/session'),
    agents: () => items('/agents'),
    departments: () => items('/departments'),
    conversation: (id) => call('GET', conv(id)),
    take: (id) => call('POST', `${conv(id)}/take`, {}),
    accept: (id) => call('POST', `${conv(id)}/accept`, {}),
    decline: (id) => call('POST', `${conv(id)}/decline`, {}),
    invite: (id, agent) => call('POST', `${conv(id)}/invite`, { agent }),
    dismiss: (id, agent) => call('DELETE', `${conv(id)}/guests/${encodeURIComponent(agent)}`),
    prioritize: (id, priority) => call('PUT', `${conv(id)}/priority`, { priority }),
    routing: (id) => call('GET', `${conv(id)}/routing`),
    close: (id, reason) => call('POST', `${conv(id)}/close`, reason === '' ? {} : { reason }),
    transfer: (id, to, note) => call('POST', `${conv(id)}/transfer`, note === '' ? to : { ...to, note }),
    edit: (id, seq, text) => call('PATCH', `${conv(id)}/messages/${seq}`, { text }),
    remove: (id, seq) => call('DELETE', `${conv(id)}/messages/${seq}`),
  };
}

async function request<T>(options: ApiOptions, method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await options.fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Problem(0, 'unreachable', 'unreachable');
  }
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) options.onDate?.(new Date(date));
  const answer = await json(response);
  if (response.ok) return answer as T;
  if (response.status === 401) options.onSignedOut();
  throw problem(response.status, answer);
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function problem(status: number, answer: unknown): Problem {
  const said = typeof answer === 'object' && answer !== null ? (answer as Readonly<Record<string, unknown>>) : {};
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : '');
  return new Problem(status, text('code'), text('detail') || text('title') || `HTTP ${status}`);
}
