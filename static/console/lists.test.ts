import { describe, expect, test } from 'vitest';
import { holdInPlace, loadOf, ringing, sortLists, unreadOfMine } from './lists';
import { ann, annsConversation, conversation, line, ringingAtAnn } from './testing/samples';

const at = (minute: number) => `2026-11-20T12:${String(minute).padStart(2, '0')}:00.000Z`;
const last = (minute: number) => ({ seq: 1, text: 'x', at: at(minute), from: line('a', 1).from });

describe('sortLists', () => {
  const convs = [
    conversation('late', { queued_at: at(9), last: last(9) }),
    conversation('early', { queued_at: at(1), last: last(1) }),
    conversation('offered', { state: 'offered', owner: { id: 'bob', name: 'Bob' }, queued_at: at(5) }),
    ringingAtAnn('ringing', { queued_at: at(7), last: last(8) }),
    ringingAtAnn('ringing-urgently', { queued_at: at(8), priority: 6, last: last(7) }),
    conversation('urgent', { queued_at: at(10), priority: 3, last: last(6) }),
    conversation('unimportant', { queued_at: at(0), priority: -1, last: last(5) }),
    conversation('message-late', { kind: 'message', queued_at: at(4), last: last(4) }),
    conversation('message-early', { kind: 'message', queued_at: at(3), last: last(3) }),
    annsConversation('mine-old', { last: last(2) }),
    annsConversation('mine-new', { last: last(30) }),
    annsConversation('bobs', { owner: { id: 'bob', name: 'Bob' }, last: last(20) }),
    annsConversation('guest', { owner: { id: 'bob', name: 'Bob' }, guests: [{ id: 'ann', name: 'Ann' }], last: last(19) }),
    annsConversation('answered-message', { kind: 'message', last: last(1) }),
    annsConversation('closed', { state: 'closed', last: last(40) }),
  ];
  const lists = sortLists(convs, ann.id);

  test('the queue in the order of service: priority, then arrival', () => {
    expect(lists.queue).toEqual(['urgent', 'early', 'offered', 'late', 'unimportant']);
  });
  test('what rings at me is apart from it', () => expect(ringing(convs, ann.id)).toEqual(['ringing-urgently', 'ringing']));
  test('messages that were left, until somebody takes them, by arrival', () => expect(lists.messages).toEqual(['message-early', 'message-late']));
  test('mine by latest line, as a guest too', () => expect(lists.mine).toEqual(['mine-new', 'guest', 'mine-old', 'answered-message']));
  test('all that is open, by latest line', () => {
    expect(lists.all.slice(0, 3)).toEqual(['mine-new', 'bobs', 'guest']);
    expect([...lists.all].sort()).toEqual(convs.map(({ id }) => id).filter((id) => id !== 'closed').sort());
  });
  test('as a guest one has no chat more', () => expect(loadOf(convs, ann.id)).toBe(3));
  test('nothing rings at anybody before I am known', () => expect(ringing(convs, undefined)).toEqual([]));
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
