import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from './session';
import { ANN, event, ME, panel, SUMMARY, talking } from './testing';

const texts = (session: Session) => session.model.value.log?.events.filter((e) => e.kind === 'message').map((e) => e.text);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('beginning', () => {
  it('opens no socket before it is needed', () => {
    expect(panel().sockets).toHaveLength(0);
  });

  it('starts with the first line and sends the rest to the conversation', () => {
    const p = panel();
    p.session.connect();
    p.last().welcome();
    p.session.say('one');
    p.session.say('two');
    expect(p.last().of('start')).toMatchObject([{ text: 'one' }]);
    expect(p.last().of('send')).toEqual([]);
    p.last().say({ t: 'ok', id: p.last().of('start')[0]?.['id'], conv: 'c' });
    expect(p.last().of('send')).toMatchObject([{ text: 'two', conv: 'c' }]);
  });

  it('says an unanswered start again under the same cid', () => {
    const p = panel();
    p.session.connect();
    p.last().welcome();
    p.session.say('one');
    const { cid } = p.last().of('start')[0]!;
    p.last().drop();
    vi.advanceTimersByTime(500);
    p.last().welcome();
    expect(p.last().of('start')).toMatchObject([{ cid, text: 'one' }]);
  });

  it('sends the line plainly when start was heard and its answer lost', () => {
    const p = panel();
    p.session.connect();
    p.last().welcome();
    p.session.say('one');
    const { cid } = p.last().of('start')[0]!;
    p.last().drop();
    vi.advanceTimersByTime(500);
    p.last().welcome({ conv: { ...SUMMARY, state: 'queued', owner: null, last_seq: 2 } });
    expect(p.last().of('start')).toEqual([]);
    expect(p.last().of('send')).toMatchObject([{ conv: 'c', cid }]);
  });

  it('sends the line plainly when start found the conversation of another tab', () => {
    const p = panel();
    p.session.connect();
    p.last().welcome();
    p.session.say('one');
    p.last().say({ t: 'ok', id: p.last().of('start')[0]?.['id'], conv: 'c' });
    vi.advanceTimersByTime(1_600);
    expect(p.last().of('send')).toMatchObject([{ text: 'one' }]);
  });
});

describe('talking', () => {
  it('moves a line into the log on its ack, once', () => {
    const p = talking();
    p.session.say('more');
    const { cid } = p.last().of('send')[0]!;
    p.last().say({ t: 'ack', cid, conv: 'c', seq: 4, at: '2026-01-05T12:01:00.000Z' });
    p.last().say(event(4, { from: ME, text: 'more', cid: cid as string }));
    expect(texts(p.session)).toEqual(['hello', 'more']);
    expect(p.session.model.value.lines).toEqual([]);
  });

  it('asks for a gap once and shows all in order', () => {
    const p = talking();
    p.last().say(event(6));
    p.last().say(event(7));
    expect(p.last().of('get')).toMatchObject([{ conv: 'c', after: 3 }]);
    p.last().say(event(4));
    p.last().say(event(5));
    p.last().say({ t: 'sync', id: p.last().of('get')[0]?.['id'], conv: 'c', from: 4, to: 5, more: false });
    expect(texts(p.session)).toEqual(['hello', 'text 4', 'text 5', 'text 6', 'text 7']);
    expect(p.last().of('get')).toHaveLength(1);
  });

  it('does not ask for ever when an answer brings nothing', () => {
    const p = talking();
    p.last().say(event(9));
    p.last().say({ t: 'sync', id: p.last().of('get')[0]?.['id'], conv: 'c', from: 0, to: 0, more: false });
    expect(p.last().of('get')).toHaveLength(1);
  });

  it('lets typing lapse', () => {
    const p = talking();
    p.last().say({ t: 'typing', conv: 'c', from: ANN });
    expect(p.session.model.value.typing?.name).toBe('Ann');
    vi.advanceTimersByTime(6_000);
    expect(p.session.model.value.typing).toBeNull();
  });

  it('counts unread until the panel is seen, then says read', () => {
    const p = talking();
    p.last().say(event(4));
    p.last().say(event(5));
    expect(p.session.unread.value).toBe(2);
    expect(p.last().of('read')).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(p.last().of('received')).toEqual([4, 5].map((seq) => ({ t: 'received', conv: 'c', seq })));
    p.session.watched.value = true;
    expect(p.session.unread.value).toBe(0);
    expect(p.last().of('read')).toEqual([{ t: 'read', conv: 'c', seq: 5 }]);
    p.session.watched.value = false;
    p.last().say(event(6));
    expect(p.session.unread.value).toBe(1);
  });

  it('announces what comes in, in one breath, and never the own lines', () => {
    const p = talking();
    vi.advanceTimersByTime(500);
    expect(p.spoken.value).toBe('Ann joined');
    p.last().say(event(4));
    p.last().say(event(5, { from: ME, cid: 'x' }));
    p.last().say(event(6));
    vi.advanceTimersByTime(500);
    expect(p.spoken.value).toBe('Ann: text 4 Ann: text 6');
  });
});
