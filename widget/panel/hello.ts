import type { Environment } from '../core/connection';
import type { Log } from '../core/log';
import type { HostPage } from '../core/port';
import type { VisitorClientFrame, VisitorServerFrame } from '../core/protocol';
import type { KeyValue } from '../core/storage';
import type { Memory, Person } from './memory';
import type { Model } from './model';

/** What a session is made of. */
export interface SessionOptions {
  readonly url: string;
  readonly locale: string;
  readonly memory: Memory;
  readonly storage: KeyValue;
  /** Hears of frames after the model took them in, for announcements. */
  onNews(frame: VisitorServerFrame, before: Model, after: Model): void;
  /** Our version is no longer served. */
  onReload(): void;
  /** The test's clock and sockets; the browser's when left out. */
  readonly environment?: Environment;
}

/** The first frame of each socket: who we are and what we have. */
export function helloFrame(memory: Memory, locale: string, log: Log | null, page: HostPage | undefined): VisitorClientFrame {
  const { token, epoch } = memory;
  return {
    t: 'hello',
    locale,
    ...(token === null ? {} : { token }),
    ...(epoch === null ? {} : { epoch }),
    ...(log === null ? {} : { conv: log.conv, after: log.last }),
    ...(page === undefined ? {} : { page }),
  };
}

/** What of the optional fields the visitor filled in; an address that is none would have the whole line refused. */
export function filledIn({ name, email }: Person): Readonly<Record<string, string>> {
  return { ...(name && { name }), ...(isEmail(email) && { email }) };
}

/** Whether the server takes it for an e-mail address. */
export function isEmail(text: string): boolean {
  return /^[^\s@.,:;<>()[\]\\"]+(\.[^\s@.,:;<>()[\]\\"]+)*@[^\s@.,:;<>()[\]\\"]+(\.[^\s@.,:;<>()[\]\\"]+)+$/.test(text);
}
