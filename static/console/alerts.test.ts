import { expect, test } from 'vitest';
import { alertFor } from './alerts';
import { ann, annsConversation, conversation } from './testing/samples';

const bobs = annsConversation('a', { owner: { id: 'bob', name: 'Bob' }, unread: 4 });

test.each([
  ['a new visitor waits', undefined, conversation('a'), 'queue'],
  ['still waiting', conversation('a'), conversation('a', { last_seq: 2 }), undefined],
  ['offered to somebody is still waiting', conversation('a'), conversation('a', { state: 'offered' }), undefined],
  ['back in the queue', bobs, conversation('a'), 'queue'],
  ['given to me', conversation('a'), annsConversation('a'), 'assigned'],
  ['given to me at once', undefined, annsConversation('a', { unread: 1 }), 'assigned'],
  ['a line for me', annsConversation('a'), annsConversation('a', { unread: 1 }), 'message'],
  ['read in another tab', annsConversation('a', { unread: 2 }), annsConversation('a'), undefined],
  ['a line for Bob', annsConversation('a', { owner: bobs.owner }), bobs, undefined],
  ['closed', annsConversation('a'), annsConversation('a', { state: 'closed' }), undefined],
])('%s', (_, before, after, alert) => {
  expect(alertFor(before, after, ann.id)).toBe(alert);
});
