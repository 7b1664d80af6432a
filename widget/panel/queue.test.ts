import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import en from '../../static/locales/en.json';
import zh from '../../static/locales/zh-CN.json';
import { translator } from '../core/i18n';
import type { ConversationEvent } from '../core/protocol';
import { backText } from './back';
import { isHere, isWaiting } from './model';
import { eventText, placeText } from './news';
import { event, panel, SUMMARY, system, waiting } from './testing';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const words = { en: translator('en', en), zh: translator('zh-CN', zh) };
const queue = (position: number, more: object = {}) => ({ t: 'queue', conv: 'c', position, here: true, ...more });

describe('the place in the queue', () => {
  const shown = (p: ReturnType<typeof panel>) => placeText(p.session.model.value.place, words.en);

  it('is told with an estimate in minutes, rounded up, while there is one', () => {
    const p = waiting();
    p.last().say(queue(3, { wait_s: { low: 200, high: 430 } }));
    expect(shown(p)).toBe('You are 3rd in line, about 4 to 8 minutes');
    p.last().say(queue(2, { wait_s: { low: 5, high: 50 } }));
    expect(shown(p)).toBe('You are 2nd in line, about 1 minute');
    p.last().say(queue(1));
    expect(shown(p)).toBe('You are next');
  });

  it('does not grow while nothing happened that the visitor is told of', () => {
    const p = waiting();
    p.last().say(queue(2));
    p.last().say(queue(4));
    expect(shown(p)).toBe('You are 2nd in line');
    p.last().drop();
    vi.advanceTimersByTime(500);
    p.last().welcome({ conv: { ...SUMMARY, state: 'queued', owner: null, last_seq: 2 } });
    p.last().say(queue(3));
    expect(shown(p)).toBe('You are 2nd in line');
    p.last().say(system(3, 'queued', { cause: 'overflow', department: { id: 'd', name: 'Sales' } }));
    p.last().say(queue(3));
    expect(shown(p)).toBe('You are 3rd in line');
  });

  it('is another one after somebody had it', () => {
    const p = waiting();
    p.last().say(queue(1));
    p.last().say(system(3, 'assigned', { agent: { id: 'a1', name: 'Ann' } }));
    p.last().say(system(4, 'agent_silent', { agent: { id: 'a1', name: 'Ann' } }));
    p.last().say(queue(2));
    expect(shown(p)).toBe('You are 2nd in line');
  });

  it('says that nobody is here, also aloud', () => {
    const p = waiting();
    expect(isHere(p.session.model.value)).toBe(true);
    p.last().say(queue(1, { here: false }));
    expect(isHere(p.session.model.value)).toBe(false);
    vi.advanceTimersByTime(500);
    expect(p.spoken.value).toBe('widget.queue.away');
    p.last().say(queue(1));
    vi.advanceTimersByTime(500);
    expect(p.spoken.value).toBe('widget.queue.next');
    p.last().say(queue(1, { wait_s: { low: 60, high: 60 } }));
    vi.advanceTimersByTime(500);
    expect(p.spoken.value).toBe('widget.queue.next');
  });

  it('is only told of what is to be answered now', () => {
    const p = panel();
    p.session.connect();
    p.last().welcome({ conv: { ...SUMMARY, kind: 'message' } });
    p.last().say(system(4, 'agent_lost', { agent: { id: 'a1', name: 'Ann' } }));
    expect(p.session.model.value.log?.kind).toBe('message');
    p.last().say(queue(1));
    expect(p.session.model.value.log?.kind).toBe('chat');
  });

  it('goes on while it rings at an agent', () => {
    const p = panel();
    p.session.connect();
    p.last().welcome({ conv: { ...SUMMARY, state: 'offered', owner: null } });
    p.last().say(queue(1));
    expect(isWaiting(p.session.model.value.log)).toBe(true);
    expect(shown(p)).toBe('You are next');
  });
});

describe('what happened, in words', () => {
  const seen: [ConversationEvent['kind'], string[]][] = [
    ['queued', ['back', 'overflow']],
    ['assigned', ['', 'auto', 'accepted', 'taken']],
    ['transferred', ['', 'takeover', 'overflow']],
    ['agent_lost', ['']],
    ['agent_silent', ['']],
    ['returned', ['']],
    ['joined', ['']],
    ['left', ['']],
    ['idle', ['']],
    ['missed', ['', 'closed', 'full', 'waited', 'left', 'of a newer server']],
    ['closed', ['', 'agent', 'visitor', 'idle', 'abandoned', 'of a newer server']],
  ];
  const cases = seen.flatMap(([kind, causes]) => causes.map((cause) => [kind, cause] as const));
  const about = (kind: ConversationEvent['kind'], cause: string) => event(1, { kind, cause, agent: { id: 'a1', name: 'Ann' } });

  it.each(cases)('%s %s', (kind, cause) => {
    for (const t of Object.values(words)) {
      const text = eventText(about(kind, cause), t);
      expect(text).not.toBe('');
      expect(text).not.toMatch(/[{}]|widget\./);
    }
  });

  it('tells of each cause what it means', () => {
    const texts = cases.filter(([, cause]) => ['waited', 'full', 'closed', 'left', 'visitor', 'idle', 'abandoned'].includes(cause)).map(([kind, cause]) => eventText(about(kind, cause), words.en));
    expect(new Set(texts).size).toBe(7);
  });

  it('names the department one is passed on to', () => {
    const { agent: _, ...moved } = about('transferred', '');
    expect(eventText({ ...moved, department: { id: 'd', name: 'Sales' } }, words.en)).toBe('We are passing you on to Sales');
  });

  it('names nobody whose name it was not told', () => {
    const { agent: _, ...moved } = about('transferred', '');
    expect(eventText(moved, words.en)).toBe('We are finding somebody for you');
  });

  it('says nothing of the first place in the queue, of lines, and of what it does not know', () => {
    for (const kind of ['queued', 'message', 'edited', 'deleted', 'rated', 'constructor']) expect(eventText(about(kind as 'queued', ''), words.en)).toBe('');
  });
});

describe('when we are back', () => {
  const now = new Date(2026, 2, 27, 18, 30).getTime();
  const at = (day: number, hour = 9) => ({ name: '', online: false, open: false, typing_preview: false, opens_at: new Date(2026, 2, day, hour).toISOString() });
  const said = (lang: 'en-GB' | 'zh-CN', day: number, hour?: number) => {
    vi.stubGlobal('document', { documentElement: { lang } });
    return backText(at(day, hour), now, lang === 'zh-CN' ? words.zh : words.en);
  };

  it.each([
    [said('en-GB', 27, 20), 'We are back today at 20:00.'],
    [said('en-GB', 28, 0), 'We are back tomorrow at 0:00.'],
    [said('en-GB', 30), 'We are back on Monday at 9:00.'],
    [said('zh-CN', 30), '我们星期一 9:00 回来。'],
    [said('en-GB', 37), 'We are back on 6 April at 9:00.'],
  ])('%#', (text, want) => expect(text).toBe(want));

  it('is not said while it is open, or nobody knows', () => {
    const { opens_at: _, ...never } = at(30);
    for (const site of [null, never, { ...at(30), open: true }]) expect(backText(site, now, words.en)).toBe('');
  });
});
