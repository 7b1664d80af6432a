import { describe, expect, test } from 'vitest';
import { holdInPlace, sortLists, unreadOfMine } from './lists';
import { ann, annsConversation, conversation, line } from './testing/samples';

const at = (minute: number) => `2026-11-20T12:${String(minute).padStart(2, '0')}:00.000Z`;
const last = (minute: number) => ({ seq: 1, text: 'x', at: at(minute), from: line('a', 1).from });

describe('sortLists', () => {
  const convs = [
    conversation('late', { queued_at: at(9), last: last(9) }),
    conversation('early', { queued_at: at(1), last: last(1) }),
    conversation('offered', { state: 'offered', queued_at: at(5) }),
    annsConversation('mine-old', { last: last(2) }),
    annsConversation('mine-new', { last: last(30) }),
    annsConversation('bobs', { owner: { id: 'bob', name: 'Bob' }, last: last(20) }),
    annsConversation('closed', { state: 'closed', last: last(40) }),
  ];
  const lists = sortLists(convs, ann.id);

  test('the queue by longest waiting', () => expect(lists.queue).toEqual(['early', 'offered', 'late']));
  test('mine by latest line', () => expect(lists.mine).toEqual(['mine-new', 'mine-old']));
  test('all that is open, by latest line', () => expect(lists.all).toEqual(['mine-new', 'bobs', 'late', 'offered', 'mine-old', 'early']));
  test('nothing is mine before I am known', () => expect(sortLists(convs, undefined).mine).toEqual([]));
});

describe('holdInPlace', () => {
  const cases: readonly (readonly [string, string[], string[], string | undefined, string[]])[] = [
    ['nothing held: as wanted', ['c', 'a', 'b'], ['a', 'b', 'c'], undefined, ['c', 'a', 'b']],
    ['the held row stays, others go around it', ['c', 'a', 'b'], ['a', 'b', 'c'], 'b', ['c', 'b', 'a']],
    ['a held row that would jump to the top does not', ['c', 'a', 'b'], ['a', 'b', 'c'], 'c', ['a', 'b', 'c']],
    ['rows that come in go around it', ['x', 'y', 'a', 'b'], ['a', 'b'], 'a', ['a', 'x', 'y', 'b']],
    ['when rows before it go, it moves as little as it must', ['b'], ['a', 'b'], 'b', ['b']],
    ['a held row that is gone holds nothing', ['a', 'c'], ['a', 'b', 'c'], 'b', ['a', 'c']],
    ['a held row that was not shown holds nothing', ['b', 'a'], [], 'a', ['b', 'a']],
  ];
  test.each(cases)('%s', (_, wanted, shown, held, result) => {
    expect(holdInPlace(wanted, shown, held)).toEqual(result);
  });
});

test('unread counts only what is mine', () => {
  const convs = [annsConversation('a', { unread: 2 }), conversation('b', { unread: 5 }), annsConversation('c', { unread: 1, state: 'closed' })];
  expect(unreadOfMine(convs, ann.id)).toBe(2);
});
