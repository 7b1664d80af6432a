// @vitest-environment happy-dom
import '../testing/english';
import { signal } from '@preact/signals';
import { render } from 'preact';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addEvents, emptyLog, type Log } from '../../../widget/core/log';
import type { ConversationEvent, Me, Summary } from '../../../widget/core/protocol';
import { ann, annsConversation, conversation, line, ringingAtAnn } from '../testing/samples';
import { SurroundingsContext, type DialogName, type Surroundings } from './context';
import { Foot } from './foot';

const NOW = new Date('2026-11-20T12:00:00.000Z');
const bob = { id: 'bob', name: 'Bob' };
const bobs = annsConversation('a', { owner: bob });
const moves = { take: vi.fn(), accept: vi.fn(), decline: vi.fn() };
const dialog = signal<DialogName | undefined>(undefined);
let place: HTMLElement;

function show(summary: Summary, { me = ann, log = emptyLog('a'), load = 1 }: { me?: Me; log?: Log; load?: number } = {}): void {
  const store = { me: signal(me), noting: signal(false), logs: signal(new Map([['a', log]])), load: signal(load), busy: signal(undefined), moves };
  const surroundings = { store, dialog, clock: { second: signal(NOW) } } as unknown as Surroundings;
  render(
    <SurroundingsContext.Provider value={surroundings}>
      <Foot summary={summary} />
    </SurroundingsContext.Provider>,
    place,
  );
}

const buttons = () => [...place.querySelectorAll('button')].map((button) => button.textContent.trim());
const press = (name: string) => [...place.querySelectorAll('button')].find((button) => button.textContent.trim() === name)?.click();

beforeEach(() => {
  place = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  render(null, place);
  dialog.value = undefined;
  vi.clearAllMocks();
});

test('supervisors watch silently, may note and take over', () => {
  show(bobs, { me: { ...ann, role: 'supervisor' } });
  expect(place.textContent).toContain('You are watching silently: notes only.');
  press('Take over');
  expect(dialog.value).toBe('takeover');
});

test('agents read along, and may note', () => {
  show(bobs);
  expect(place.textContent).toContain('Bob has this conversation.');
  expect(buttons()).toEqual(['Note']);
});

test('what rings at a colleague is theirs to answer', () => {
  show(conversation('a', { state: 'offered', owner: bob }));
  expect(place.textContent).toContain('It rings at Bob.');
  expect(buttons()).toEqual(['Note']);
});

test('what rings at us is accepted or declined here, in the time that is left', () => {
  show(ringingAtAnn('a', { offer_until: '2026-11-20T12:00:14.200Z' }));
  expect(place.textContent).toContain('15 s');
  press('Decline');
  press('Accept');
  expect([moves.decline.mock.calls, moves.accept.mock.calls]).toEqual([[['a']], [['a']]]);
});

test('a message that was left is taken, unless one has as many as one may', () => {
  show(conversation('a', { kind: 'message' }));
  press('Take');
  expect(moves.take).toHaveBeenCalledOnce();
  show(conversation('a', { kind: 'message' }), { load: ann.limit });
  press('Take');
  expect(moves.take).toHaveBeenCalledOnce();
  expect(place.textContent).toContain('You have 5 conversations');
});

test('a silent visitor is about to be closed, until they write', () => {
  const idle = { ...line('a', 1), kind: 'idle', text: undefined, until: '2026-11-20T12:01:30.000Z' } as unknown as ConversationEvent;
  const warned = addEvents(emptyLog('a'), [idle]);
  show({ ...bobs, closes_at: '2026-11-20T12:01:30.000Z' }, { log: warned });
  expect(place.querySelector('[role=timer]')?.textContent).toContain('It closes in 1:30 unless they write.');
  show({ ...bobs, closes_at: '2026-11-20T12:01:30.000Z' }, { log: addEvents(warned, [line('a', 2)]) });
  expect(place.querySelector('[role=timer]')).toBeNull();
});
