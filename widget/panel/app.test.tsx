// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import en from '../../static/locales/en.json';
import { translator } from '../core/i18n';
import { timeFormat } from '../core/time';
import { App } from './app';
import { loadLater } from './lazy';
import { event, ME, panel, system, talking, waiting } from './testing';
import { UiContext, type Ui } from './ui';
import { wish } from './wish';

const site = { name: 'Shop', online: true, open: true, typing_preview: true };
let place: HTMLElement;

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date('2026-01-05T12:00:00Z') });
  vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} });
  document.documentElement.lang = 'en';
  place = document.body.appendChild(document.createElement('div'));
  await loadLater();
});
afterEach(() => {
  render(null, place);
  place.remove();
  wish.value = '';
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

type Panel = ReturnType<typeof panel>;

/** Draws what a visitor sees. */
function show({ session, memory }: Panel): void {
  const host = { framed: false, say: () => undefined };
  const t = translator('en', en);
  const ui: Ui = { session, memory, host, t, time: timeFormat('en', 'UTC'), open: signal(true), spoken: signal(''), maxUpload: 0 };
  render(
    <UiContext.Provider value={ui}>
      <App />
    </UiContext.Provider>,
    place,
  );
}

const settle = () => vi.advanceTimersByTimeAsync(100);
const button = (name: string) => [...place.querySelectorAll('button')].find((one) => one.textContent === name);
const field = (label: string) => {
  const found = [...place.querySelectorAll('label')].find((one) => one.textContent.trim().startsWith(label));
  return place.querySelector<HTMLInputElement>(`[id="${found?.htmlFor}"]`);
};
const form = () => place.querySelector('form.leave');
async function fill(label: string, value: string): Promise<void> {
  const input = field(label)!;
  input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await settle();
}
async function press(name: string): Promise<void> {
  button(name)!.click();
  await settle();
}
async function arrive(more: object): Promise<Panel> {
  const p = panel();
  show(p);
  p.session.connect();
  p.last().welcome({ site: { ...site, ...more } });
  await settle();
  return p;
}

describe('who comes', () => {
  it('while somebody is here writes at once', async () => {
    await arrive({});
    expect(form()).toBeNull();
  });

  it('while nobody is here may leave a message or wait', async () => {
    await arrive({ online: false });
    expect(place.textContent).toContain('Nobody is here right now');
    await press('Wait in the queue instead');
    expect(form()).toBeNull();
    expect(field('Message')).not.toBeNull();
  });

  it('while it is closed can only leave a message, and reads when we are back', async () => {
    await arrive({ online: false, open: false, opens_at: new Date(2026, 0, 7, 9).toISOString() });
    expect(place.textContent).toContain('We are closed right now');
    expect(place.textContent).toContain('We are back on Wednesday at 9:00');
    expect(button('Wait in the queue instead')).toBeUndefined();
  });
});

describe('the form', () => {
  it('says at each field what is wrong, goes to the first, and sends nothing', async () => {
    const p = await arrive({ open: false });
    await fill('E-mail', 'vi@example');
    await press('Leave message');
    expect(document.activeElement).toBe(field('E-mail'));
    for (const label of ['E-mail', 'Message']) {
      expect(field(label)!.getAttribute('aria-invalid')).toBe('true');
      expect(document.getElementById(field(label)!.getAttribute('aria-describedby')!)!.textContent).not.toBe('');
    }
    expect(field('Name')!.hasAttribute('aria-invalid')).toBe(false);
    expect(p.last().of('start')).toEqual([]);
    await fill('E-mail', 'vi@example.com');
    expect(field('E-mail')!.hasAttribute('aria-invalid')).toBe(false);
    await fill('Message', 'x'.repeat(4_001));
    await press('Leave message');
    expect(p.last().of('start')).toEqual([]);
  });

  it('leaves the message, then shows it and that we have it', async () => {
    const p = await arrive({ open: false });
    await fill('Name', 'Vi ');
    await fill('E-mail', ' vi@example.com');
    await fill('Message', 'Call me');
    await press('Leave message');
    const [start] = p.last().of('start');
    expect(start).toMatchObject({ kind: 'message', text: 'Call me', fields: { name: 'Vi', email: 'vi@example.com' } });
    expect(form()).toBeNull();
    expect(place.querySelector('[role=log]')!.textContent).toContain('Call me');
    p.last().say({ t: 'ok', id: start?.['id'], conv: 'c' });
    p.last().say(system(1, 'missed', { cause: 'left' }));
    p.last().say(event(2, { from: ME, text: 'Call me', cid: start?.['cid'] as string }));
    await settle();
    expect(place.textContent).toContain('We have your message');
    expect(p.memory.draft).toBe('');
    await fill('Message', 'and soon');
    expect(field('Message')!.value).toBe('and soon');
  });
});

describe('who waits', () => {
  it('may leave a message with what they were writing, or go back to it', async () => {
    const p = waiting();
    show(p);
    await fill('Message', 'My number is');
    await press('Leave a message instead');
    expect(field('Message')!.value).toBe('My number is');
    await fill('Message', 'My number is 4711');
    await press('Keep waiting');
    expect(form()).toBeNull();
    expect(field('Message')!.value).toBe('My number is 4711');
  });

  it('need write nothing more', async () => {
    const p = waiting();
    show(p);
    await press('Leave a message instead');
    await fill('E-mail', 'vi@example.com');
    await press('Leave message');
    const start = p.last().of('start')[1]!;
    expect(start).toMatchObject({ kind: 'message', text: '' });
    expect(place.textContent).not.toContain('Leave a message instead');
    p.last().say({ t: 'ok', id: start['id'], conv: 'c' });
    p.last().say(system(3, 'missed', { cause: 'left' }));
    await settle();
    expect(place.textContent).toContain('We have your message');
  });

  it('reads that nobody is here', async () => {
    const p = waiting();
    show(p);
    p.last().say({ t: 'queue', conv: 'c', position: 1, here: false });
    await settle();
    expect(place.textContent).toContain('Nobody is here right now');
    expect(place.textContent).not.toContain('You are next');
    expect(button('Leave a message instead')).toBeDefined();
  });

  it('finds what they wrote in the composer when somebody comes first', async () => {
    const p = waiting();
    show(p);
    await press('Leave a message instead');
    await fill('Message', 'My number is');
    p.last().say(system(3, 'assigned', { agent: { id: 'a1', name: 'Ann' } }));
    await settle();
    expect(form()).toBeNull();
    expect(field('Message')!.value).toBe('My number is');
    p.last().say(system(4, 'agent_lost', { agent: { id: 'a1', name: 'Ann' } }));
    await settle();
    expect(form()).toBeNull();
  });
});

describe('who has been silent', () => {
  const warned = async () => {
    const p = talking();
    show(p);
    p.last().say(system(4, 'idle', { at: '2026-01-05T12:00:00.000Z', until: '2026-01-05T12:05:00.000Z' }));
    await settle();
    return p;
  };

  it('sees the time run out, and stays by a word', async () => {
    const p = await warned();
    expect(place.querySelector('[role=timer]')!.textContent).toContain('5:00');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(place.querySelector('[role=timer]')!.textContent).toContain('4:40');
    await press('I am still here');
    const { cid, text } = p.last().of('send')[0]! as { cid: string; text: string };
    expect(text).toBe('I am still here');
    p.last().say({ t: 'ack', cid, conv: 'c', seq: 5, at: '2026-01-05T12:01:00.000Z' });
    await settle();
    expect(place.querySelector('[role=timer]')).toBeNull();
  });

  it('reads why it ended', async () => {
    const p = await warned();
    p.last().say(system(5, 'closed', { cause: 'idle' }));
    await settle();
    expect(place.querySelector('[role=timer]')).toBeNull();
    expect(place.textContent).toContain('since we had not heard from you');
  });
});
