import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isEmail } from './hello';
import type { Session } from './session';
import { event, ME, panel, SUMMARY, system, waiting } from './testing';

const texts = (session: Session) => session.model.value.log?.events.filter((e) => e.kind === 'message').map((e) => e.text);
const KEPT = { ...SUMMARY, kind: 'message', state: 'queued', owner: null, last_seq: 3 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('leaving a message', () => {
  it('begins a conversation of that kind with who wrote it', () => {
    const p = panel();
    p.memory.person = { name: 'Vi', email: 'vi@example.com' };
    p.session.connect();
    p.last().welcome();
    p.session.leave('call me');
    const [start] = p.last().of('start');
    expect(start).toMatchObject({ kind: 'message', text: 'call me', fields: { name: 'Vi', email: 'vi@example.com' } });
    p.last().say({ t: 'ok', id: start?.['id'], conv: 'c' });
    p.last().say(system(1, 'missed', { cause: 'left' }));
    p.last().say(event(2, { from: ME, text: 'call me', cid: start?.['cid'] as string }));
    expect(p.session.model.value).toMatchObject({ lines: [], log: { kind: 'message', state: 'queued' } });
    vi.advanceTimersByTime(5_000);
    expect(p.last().of('send')).toEqual([]);
  });

  it('is kept over a reload, and said again as what it is under the same cid', () => {
    const before = panel();
    before.session.connect();
    before.last().welcome();
    before.session.leave('call me');
    const { cid } = before.last().of('start')[0]!;
    before.session.close();
    const p = panel(before.disk);
    p.last().welcome();
    expect(p.last().of('start')).toMatchObject([{ kind: 'message', cid, text: 'call me' }]);
  });

  it('is said once when only the answer was lost', () => {
    const p = panel();
    p.session.connect();
    p.last().welcome();
    p.session.leave('call me');
    const { cid } = p.last().of('start')[0]!;
    p.last().drop();
    vi.advanceTimersByTime(500);
    p.last().welcome({ conv: KEPT });
    const [again] = p.last().of('start');
    expect(again).toMatchObject({ kind: 'message', cid });
    p.last().say(system(1, 'queued'));
    p.last().say(event(2, { from: ME, text: 'call me', cid: cid as string }));
    p.last().say(system(3, 'missed'));
    p.last().say({ t: 'ok', id: again?.['id'], conv: 'c' });
    vi.advanceTimersByTime(5_000);
    expect(texts(p.session)).toEqual(['call me']);
    expect(p.session.model.value.lines).toEqual([]);
    expect(p.last().of('send')).toEqual([]);
  });

  it('turns the conversation that waits into one, and keeps what was said', () => {
    const p = waiting();
    p.session.leave('my number is 4711');
    const start = p.last().of('start')[1]!;
    expect(start).toMatchObject({ kind: 'message', text: 'my number is 4711' });
    p.last().say({ t: 'ok', id: start['id'], conv: 'c' });
    p.last().say(system(3, 'missed', { cause: 'left' }));
    p.last().say(event(4, { from: ME, text: 'my number is 4711', cid: start['cid'] as string }));
    expect(texts(p.session)).toEqual(['hello', 'my number is 4711']);
    expect(p.session.model.value.log?.kind).toBe('message');
  });

  it('needs no further words when something was said', () => {
    const p = waiting();
    p.session.leave('');
    const start = p.last().of('start')[1]!;
    p.last().say({ t: 'ok', id: start['id'], conv: 'c' });
    p.last().say(system(3, 'missed', { cause: 'left' }));
    vi.advanceTimersByTime(5_000);
    expect(p.session.model.value.lines).toEqual([]);
    expect(p.last().of('send')).toEqual([]);
  });

  it('goes out after the first line, when that is still on its way', () => {
    const p = panel();
    p.session.connect();
    p.last().welcome();
    p.session.say('hello');
    p.session.leave('call me');
    expect(p.last().of('start')).toHaveLength(1);
    p.last().say({ t: 'ok', id: p.last().of('start')[0]?.['id'], conv: 'c' });
    expect(p.last().of('start')[1]).toMatchObject({ kind: 'message', text: 'call me' });
  });

  it('is a chat again when the visitor writes and somebody is here', () => {
    const p = panel();
    p.session.connect();
    p.last().welcome({ conv: { ...KEPT, last_seq: 0 } });
    p.session.say('me again');
    expect(p.last().of('send')).toMatchObject([{ conv: 'c', text: 'me again' }]);
    p.last().say(event(1, { from: ME, text: 'me again' }));
    p.last().say(system(2, 'queued', { cause: 'back' }));
    p.last().say({ t: 'queue', conv: 'c', position: 1, here: true });
    expect(p.session.model.value).toMatchObject({ log: { kind: 'chat' }, place: { position: 1 } });
  });
});

describe('an address', () => {
  it.each(['vi@example.com', 'a.b+c@x-y.example.co', "o'hara@example.com", '李@例子.公司'])('%s is one', (text) => expect(isEmail(text)).toBe(true));
  it.each(['', 'vi', 'vi@', 'vi@example', '@example.com', 'a..b@example.com', 'a.@example.com', 'a b@example.com', 'vi@example.com,x@y.example', 'Vi <vi@example.com>', 'vi@ex..com'])(
    '%s is none',
    (text) => expect(isEmail(text)).toBe(false),
  );

  it('that is none does not keep the first line from being sent', () => {
    const p = panel();
    p.memory.person = { name: 'Vi', email: 'vi@exam' };
    p.session.connect();
    p.last().welcome();
    p.session.say('hello');
    expect(p.last().of('start')).toMatchObject([{ fields: { name: 'Vi' } }]);
  });
});
