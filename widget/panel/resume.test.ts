import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from './session';
import { ANN, event, panel, SUMMARY, talking } from './testing';

const texts = (session: Session) => session.model.value.log?.events.filter((e) => e.kind === 'message').map((e) => e.text);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('coming back', () => {
  it('resumes with token, conversation and place, and resends in order', () => {
    const p = talking();
    p.last().drop();
    p.session.say('one');
    p.session.say('two');
    vi.advanceTimersByTime(500);
    p.last().accept();
    expect(p.last().sent).toMatchObject([{ t: 'hello', token: 'secret', epoch: 'e', conv: 'c', after: 3 }]);
    p.last().welcome({ conv: SUMMARY });
    expect(p.last().of('send').map((f) => f['text'])).toEqual(['one', 'two']);
  });

  it('keeps lines over a reload and sends each once', () => {
    const before = talking();
    before.last().drop();
    before.session.say('kept');
    before.session.close();
    const p = panel(before.disk);
    p.last().welcome({ conv: SUMMARY });
    expect(p.last().of('hello')).toMatchObject([{ conv: 'c', after: 0 }]);
    expect(p.last().of('send')).toMatchObject([{ text: 'kept' }]);
    const { cid } = p.last().of('send')[0]!;
    for (const seq of [1, 2, 3]) p.last().say(event(seq));
    p.last().say({ t: 'ack', cid, conv: 'c', seq: 4, at: '2026-01-05T12:01:00.000Z', dup: true });
    expect(texts(p.session)?.filter((text) => text === 'kept')).toHaveLength(1);
    expect(p.disk.map.has(`foyer.demo.line.${String(cid)}`)).toBe(false);
  });

  it('reconnects when an ack is 10 s overdue', () => {
    const p = talking();
    p.session.say('lost');
    vi.advanceTimersByTime(10_600);
    expect(p.sockets).toHaveLength(2);
  });

  it('drops what it holds on reset and asks again', () => {
    const p = talking();
    p.last().say({ t: 'reset', epoch: 'e2', conv: 'c' });
    expect(texts(p.session)).toEqual([]);
    expect(p.last().of('get')).toMatchObject([{ after: 0 }]);
    expect(p.memory.epoch).toBe('e2');
  });

  it('forgets an unknown token and begins anew', () => {
    const p = talking();
    p.last().drop();
    p.session.say('kept');
    vi.advanceTimersByTime(500);
    p.last().drop(4302);
    vi.advanceTimersByTime(1_000);
    p.last().welcome({ token: 'new' });
    expect(p.last().of('hello')).toEqual([{ t: 'hello', locale: 'en', epoch: 'e' }]);
    expect(p.session.model.value.log).toBeNull();
    expect(p.last().of('start')).toMatchObject([{ text: 'kept' }]);
  });

  it('begins anew when the server does not know the conversation, and loses no line', () => {
    const p = talking();
    p.last().drop();
    p.session.say('kept');
    vi.advanceTimersByTime(500);
    p.last().welcome();
    expect(p.session.model.value.log).toBeNull();
    expect(p.last().of('start')).toMatchObject([{ text: 'kept' }]);
  });

  it('speaks of a loss only after 2 s', () => {
    const p = talking();
    p.last().drop();
    vi.advanceTimersByTime(1_900);
    expect(p.session.line.late.value).toBe(false);
    vi.advanceTimersByTime(200);
    expect(p.session.line.late.value).toBe(true);
    p.last().welcome();
    expect(p.session.line.late.value).toBe(false);
  });
});

describe('the page around us', () => {
  const page = { url: 'https://shop.example/tea', title: 'Tea', referrer: '' };

  it('goes with hello, or after it when it is known too late, and once', () => {
    const p = talking();
    p.session.visit.at(page);
    p.session.visit.at(page);
    expect(p.last().of('page')).toEqual([{ t: 'page', url: page.url, title: 'Tea' }]);
    p.last().drop();
    vi.advanceTimersByTime(500);
    p.last().welcome({ conv: SUMMARY });
    expect(p.last().of('hello')).toMatchObject([{ page }]);
    expect(p.last().of('page')).toEqual([]);
  });
});

describe('several tabs', () => {
  it('takes up the conversation another tab began', () => {
    const p = panel();
    p.session.connect();
    p.last().welcome();
    p.last().say(event(1));
    expect(texts(p.session)).toEqual(['text 1']);
  });

  it('becomes the visitor another tab has just become', () => {
    const p = panel();
    p.session.connect();
    p.last().accept();
    p.memory.token = 'of the other tab';
    p.last().welcome({ token: 'mine' });
    vi.advanceTimersByTime(500);
    p.last().accept();
    expect(p.last().of('hello')).toMatchObject([{ token: 'of the other tab' }]);
    expect(p.memory.token).toBe('of the other tab');
  });

  it('keeps the token another tab got in place of the unknown one', () => {
    const p = talking();
    p.memory.token = 'newer';
    p.last().drop(4302);
    vi.advanceTimersByTime(0);
    p.last().accept();
    expect(p.last().of('hello')).toMatchObject([{ token: 'newer' }]);
  });

  it('begins a new conversation after the end', () => {
    const p = talking();
    p.last().say(event(4, { kind: 'closed' }));
    p.session.renew();
    p.session.say('again');
    expect(p.last().of('start')).toHaveLength(2);
    p.last().say({ t: 'ok', id: p.last().of('start')[1]?.['id'], conv: 'd' });
    p.last().say({ ...event(1, { from: ANN }), conv: 'd' });
    expect(p.session.unread.value).toBe(1);
  });
});
