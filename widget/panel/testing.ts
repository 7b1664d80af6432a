import { signal } from '@preact/signals';
import { vi } from 'vitest';
import { translator } from '../core/i18n';
import type { ConversationEvent, VisitorServerFrame } from '../core/protocol';
import { safeStorage } from '../core/storage';
import { fakeEnvironment, FakeStorage } from '../core/testing';
import { openMemory } from './memory';
import { createAnnouncer } from './news';
import { Session } from './session';

/** An agent. */
export const ANN = { type: 'agent', id: 'a1', name: 'Ann' } as const;
/** The visitor, as the server names them. */
export const ME = { type: 'visitor', id: 'v1', name: '' } as const;
/** A conversation with Ann that has three events. */
export const SUMMARY = { id: 'c', kind: 'chat', state: 'active', owner: { id: 'a1', name: 'Ann' }, queued_at: '', last_seq: 3, unread: 0, received_seq: 0, read_seq: 0 };

/** A session on fake sockets; `disk` outlives it. */
export function panel(disk = new FakeStorage()) {
  const fake = fakeEnvironment();
  const storage = safeStorage(() => disk);
  const memory = openMemory(storage, storage, 'demo');
  const spoken = signal('');
  const t = translator('en', { 'widget.say.message': '{name}: {text}', 'widget.event.assigned': '{name} joined' });
  const news = createAnnouncer(spoken, t);
  const onNews = (frame: VisitorServerFrame, before: typeof session.model.value, after: typeof session.model.value) => news(frame, before, after);
  const session: Session = new Session({ url: 'ws://x', locale: 'en', memory, storage, onNews, onReload: vi.fn(), environment: fake.environment });
  return { ...fake, session, memory, spoken, disk };
}

/** An event of conversation `c`; by Ann, unless told otherwise. */
export function event(seq: number, more: Partial<ConversationEvent> = {}) {
  return { t: 'event', conv: 'c', seq, kind: 'message', at: '2026-01-05T12:00:00.000Z', from: ANN, text: `text ${seq}`, ...more } as const;
}

/** An event nobody in particular brought about. */
export function system(seq: number, kind: ConversationEvent['kind'], more: Partial<ConversationEvent> = {}) {
  const { text: _, ...rest } = event(seq, { kind, from: { type: 'system', id: '', name: '' }, ...more });
  return rest;
}

/** A visitor who waits in the queue with a line said. */
export function waiting(disk?: FakeStorage) {
  const p = panel(disk);
  p.session.connect();
  p.last().welcome({ token: 'secret' });
  p.session.say('hello');
  const [start] = p.last().of('start');
  p.last().say({ t: 'ok', id: start?.['id'], conv: 'c' });
  p.last().say(system(1, 'queued'));
  p.last().say(event(2, { from: ME, text: 'hello', cid: start?.['cid'] as string }));
  return p;
}

/** A visitor in a conversation with Ann. */
export function talking(disk?: FakeStorage) {
  const p = waiting(disk);
  p.last().say(event(3, { kind: 'assigned', agent: { id: 'a1', name: 'Ann' } }));
  return p;
}
