import { expect, test } from 'vitest';
import { alertFor } from './alerts';
import { ann, annsConversation, conversation, line, ringingAtAnn } from './testing/samples';

const guests = [{ id: ann.id, name: ann.name }];
const said = (seq: number) => ({ seq, text: 'x', at: '', from: line('a', seq).from });
const bobs = annsConversation('a', { owner: { id: 'bob', name: 'Bob' }, unread: 4 });

test.each([
  ['a new visitor waits', undefined, conversation('a'), 'queue'],
  ['still waiting', conversation('a'), conversation('a', { last_seq: 2 }), undefined],
  ['offered to somebody is still waiting', conversation('a'), conversation('a', { state: 'offered', owner: bobs.owner }), undefined],
  ['rings at me', conversation('a'), ringingAtAnn('a'), 'offer'],
  ['rings at me at once', undefined, ringingAtAnn('a'), 'offer'],
  ['rings on', ringingAtAnn('a'), ringingAtAnn('a', { last_seq: 3 }), undefined],
  ['rings at me once more', ringingAtAnn('a'), ringingAtAnn('a', { fence: 4, offer_until: '2026-01-01T10:00:50Z' }), 'offer'],
  ['rings on with another priority', ringingAtAnn('a'), ringingAtAnn('a', { fence: 3, priority: 5 }), undefined],
  ['accepted', ringingAtAnn('a'), annsConversation('a', { fence: 3 }), 'assigned'],
  ['declined', ringingAtAnn('a'), conversation('a', { fence: 3 }), undefined],
  ['a message that was left', undefined, conversation('a', { kind: 'message' }), undefined],
  ['a message became a chat', conversation('a', { kind: 'message' }), conversation('a'), 'queue'],
  ['a line where I am a guest', { ...bobs, guests, last: said(1) }, { ...bobs, guests, last: said(2) }, 'message'],
  ['nothing new where I am a guest', { ...bobs, guests, last: said(1) }, { ...bobs, guests, last: said(1) }, undefined],
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
