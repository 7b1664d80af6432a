import { describe, expect, it, vi } from 'vitest';
import { translator } from './i18n';
import { uuid } from './ids';
import { linkify } from './linkify';
import { memoryStorage, safeStorage } from './storage';
import { timeFormat } from './time';
import { typingSender } from './typing';
import { FakeStorage } from './testing';

describe('linkify', () => {
  const marked = (text: string) => linkify(text).map((p) => (p.href === undefined ? p.text : `[${p.text}]`)).join('');
  it.each([
    ['plain', 'plain'],
    ['see https://a.example/x?y=1#z now', 'see [https://a.example/x?y=1#z] now'],
    ['访问https://a.example/x。谢谢', '访问[https://a.example/x]。谢谢'],
    ['看这里：http://a.example，好吗', '看这里：[http://a.example]，好吗'],
    ['「https://a.example/」', '「[https://a.example/]」'],
    ['(https://a.example/x)', '([https://a.example/x])'],
    ['https://en.example/wiki/Tea_(drink)', '[https://en.example/wiki/Tea_(drink)]'],
    ['https://a.example/x.', '[https://a.example/x].'],
    ['https://a.example/x?!', '[https://a.example/x]?!'],
    ['"https://a.example/x"', '"[https://a.example/x]"'],
    ['<https://a.example/x>', '<[https://a.example/x]>'],
    ['https://a.example/路径', '[https://a.example/路径]'],
    ['xhttps://a.example', 'xhttps://a.example'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
    ['data:text/html,x ftp://a.example', 'data:text/html,x ftp://a.example'],
    ['https://', 'https://'],
    ['https://bank.example@evil.example/', 'https://bank.example@evil.example/'],
    ['https://a.example/\u202Egnp.exe', '[https://a.example/]\u202Egnp.exe'],
    ['write to ann@a.example.', 'write to [ann@a.example].'],
    ['mailto:ann@a.example', '[mailto:ann@a.example]'],
    ['a@b', 'a@b'],
    ['HTTPS://A.EXAMPLE', '[HTTPS://A.EXAMPLE]'],
    ['two https://a.example https://b.example', 'two [https://a.example] [https://b.example]'],
  ])('%s', (text, want) => {
    expect(marked(text)).toBe(want);
    expect(linkify(text).map((p) => p.text).join('')).toBe(text);
  });

  it('makes e-mail addresses into mailto links', () => {
    expect(linkify('ann@a.example')[0]?.href).toBe('mailto:ann@a.example');
  });

  it('is quick on long nonsense', () => {
    const began = performance.now();
    linkify('https://'.repeat(2_000) + '('.repeat(4_000) + 'a@'.repeat(2_000));
    for (let line = 0; line < 100; line++) linkify(`https://a.example/${')'.repeat(3_980)}`);
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('translator', () => {
  const t = translator('en', {
    hi: 'Hi {name}',
    new: { one: '{count} message', other: '{count} messages' },
    nth: { one: '{nth}st', two: '{nth}nd', few: '{nth}rd', other: '{nth}th' },
  });
  it.each([
    [t('hi', { name: '{count}' }), 'Hi {count}'],
    [t('hi'), 'Hi {name}'],
    [t('new', { count: 1 }), '1 message'],
    [t('new', { count: 1200 }), '1,200 messages'],
    [[1, 2, 3, 4, 11, 22].map((nth) => t('nth', { nth })).join(' '), '1st 2nd 3rd 4th 11th 22nd'],
    [t('absent'), 'absent'],
    [t('constructor'), 'constructor'],
    [translator('zh-CN', { new: { other: '{count} 条' } })('new', { count: 1 }), '1 条'],
    [translator('not a tag!', {}, { hi: 'Hi' })('hi'), 'Hi'],
  ])('%#', (got, want) => expect(got).toBe(want));
});

describe('time', () => {
  const en = timeFormat('en', 'UTC');
  const at = (iso: string) => new Date(iso);
  const now = at('2026-03-10T00:30:00Z');
  it('names days', () => {
    expect(en.day(at('2026-03-10T00:10:00Z'), now)).toBe('Today');
    expect(en.day(at('2026-03-09T23:59:00Z'), now)).toBe('Yesterday');
    expect(en.day(at('2026-03-06T12:00:00Z'), now)).toBe('Friday');
    expect(en.day(at('2026-01-02T12:00:00Z'), now)).toBe('January 2');
    expect(timeFormat('zh-CN', 'UTC').day(now, now)).toBe('今天');
  });
  it('knows days by the zone', () => {
    const [a, b] = [at('2026-03-09T23:00:00Z'), at('2026-03-10T01:00:00Z')];
    expect(en.sameDay(a, b)).toBe(false);
    expect(timeFormat('en', 'America/New_York').sameDay(a, b)).toBe(true);
  });
  it('says how long ago', () => {
    expect(en.ago(now, now)).toBe('now');
    expect(en.ago(at('2026-03-10T00:10:00Z'), now)).toBe('20m');
    expect(en.ago(at('2026-03-07T00:10:00Z'), now)).toBe('3d');
    expect([59_999, 3_725_000, -5].map(en.stopwatch)).toEqual(['0:59', '1:02:05', '0:00']);
  });
});

describe('storage', () => {
  it.each([
    ['throws', () => Object.assign(new FakeStorage(), { broken: true })],
    ['is null', () => null],
  ])('falls back to memory when storage %s', (_, reach) => {
    const storage = safeStorage(reach);
    storage.set('a.1', 'x');
    storage.set('b', 'y');
    expect([storage.get('a.1'), storage.get('none'), storage.keys('a.')]).toEqual(['x', null, ['a.1']]);
    storage.remove('a.1');
    expect([storage.get('a.1'), storage.keys('')]).toEqual([null, ['b']]);
  });

  it('survives reaching for it throwing', () => {
    const storage = safeStorage(() => {
      throw new Error('SecurityError');
    });
    storage.set('a', 'x');
    expect(storage.get('a')).toBe('x');
    expect(memoryStorage().get('a')).toBeNull();
  });
});

describe('typing', () => {
  it('sends at most twice a second, and the last text', () => {
    vi.useFakeTimers();
    const sent: string[] = [];
    const typist = typingSender((text) => sent.push(text));
    for (const text of ['a', 'ab', 'abc']) typist.typed(text);
    expect(sent).toEqual(['a']);
    vi.advanceTimersByTime(500);
    expect(sent).toEqual(['a', 'abc']);
    typist.typed('abcd');
    typist.stop();
    vi.advanceTimersByTime(2_000);
    expect(sent).toEqual(['a', 'abc']);
    typist.typed('x'.repeat(400));
    expect(sent.at(-1)).toHaveLength(300);
    vi.useRealTimers();
  });
});

describe('ids', () => {
  it('are version 4 UUIDs', () => {
    expect(uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid()).not.toBe(uuid());
  });
});
