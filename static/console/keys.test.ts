// @vitest-environment happy-dom
import './testing/english';
import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Summary } from '../../widget/core/protocol';
import { listenForKeys } from './keys';
import { ann, annsConversation, conversation, ringingAtAnn } from './testing/samples';
import type { Surroundings } from './ui/context';

const moves = { accept: vi.fn(), decline: vi.fn(), take: vi.fn() };
const open = signal<Summary | undefined>(undefined);
const rings = signal<readonly string[]>([]);
const tab = signal('mine');
const shortcuts = signal(true);
const write = vi.fn();
const store = { moves, open, rings, tab, write, me: signal(ann) };
listenForKeys({ store, prefs: { shortcuts }, dialog: signal(undefined) } as unknown as Surroundings);

beforeEach(() => {
  vi.clearAllMocks();
  open.value = undefined;
  rings.value = [];
  shortcuts.value = true;
  document.body.replaceChildren();
});

function press(code: string, where: Element = document.body, shiftKey = false): void {
  const key = code.replace('Key', '').replace('Digit', '').toLowerCase();
  where.dispatchEvent(new KeyboardEvent('keydown', { code, key, shiftKey, bubbles: true, cancelable: true }));
}

test('Shift+A accepts and Shift+D declines what rings most urgently, whatever is open', () => {
  rings.value = ['first', 'second'];
  open.value = conversation('other');
  press('KeyA', document.body, true);
  press('KeyD', document.body, true);
  expect(moves.accept.mock.calls).toEqual([['first']]);
  expect(moves.decline.mock.calls).toEqual([['first']]);
  expect(moves.take).not.toHaveBeenCalled();
});

test('they do nothing while nothing rings', () => {
  press('KeyA', document.body, true);
  press('KeyD', document.body, true);
  expect(moves.accept).not.toHaveBeenCalled();
  expect(moves.decline).not.toHaveBeenCalled();
});

test('they do nothing while one writes, or without shortcuts', () => {
  rings.value = ['a'];
  const field = document.body.appendChild(document.createElement('textarea'));
  press('KeyA', field, true);
  shortcuts.value = false;
  press('KeyA', document.body, true);
  expect(moves.accept).not.toHaveBeenCalled();
});

test.each([
  ['a waiting visitor is taken', conversation('a'), 'take'],
  ['a message that was left is taken', conversation('a', { kind: 'message' }), 'take'],
  ['what rings at us is accepted', ringingAtAnn('a'), 'accept'],
] as const)('by A %s', (_, summary, what) => {
  open.value = summary;
  press('KeyA');
  expect(moves[what].mock.calls).toEqual([['a']]);
});

test('what rings at a colleague is not taken by A', () => {
  open.value = conversation('a', { state: 'offered', owner: { id: 'bob', name: 'Bob' } });
  press('KeyA');
  expect(moves.take).not.toHaveBeenCalled();
});

test('a second agent replies by R as the owner does, others do not', () => {
  open.value = annsConversation('a', { owner: { id: 'bob', name: 'Bob' } });
  press('KeyR');
  expect(write).not.toHaveBeenCalled();
  open.value = annsConversation('a', { owner: { id: 'bob', name: 'Bob' }, guests: [{ id: 'ann', name: 'Ann' }] });
  press('KeyR');
  expect(write).toHaveBeenCalledWith(false);
});

test('numbers choose the lists', () => {
  press('Digit3');
  expect(tab.value).toBe('messages');
  press('Digit4');
  expect(tab.value).toBe('all');
});
