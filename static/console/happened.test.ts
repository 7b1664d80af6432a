// @vitest-environment happy-dom
import './testing/english';
import { describe, expect, test } from 'vitest';
import chinese from '../locales/zh-CN.json';
import english from '../locales/en.json';
import type { ConversationEvent } from '../../widget/core/protocol';
import { happened } from './happened';
import { line } from './testing/samples';

const ben = { id: 'ben', name: 'Ben' };
const ann = { id: 'ann', name: 'Ann' };
const tea = { id: 'tea', name: 'Tea' };
const system = { type: 'system', id: '', name: '' } as const;
const olivia = { type: 'agent', id: 'olivia', name: 'Olivia' } as const;
const event = (kind: string, more: object) => ({ ...line('a', 1), from: system, text: undefined, kind, ...more }) as unknown as ConversationEvent;

describe('what happened, as Ann reads it', () => {
  test.each([
    ['queued', { department: tea }, 'The visitor joined the queue of Tea'],
    ['queued', { cause: 'back' }, 'The visitor is back and joined the queue'],
    ['queued', { cause: 'overflow', department: tea }, 'Too many waited: sent to the queue of Tea'],
    ['offered', { agent: ben }, 'Rings at Ben'],
    ['offered', { agent: ann }, 'Rings at you'],
    ['declined', { agent: ben, cause: 'declined' }, 'Ben declined'],
    ['declined', { agent: ann, cause: 'missed' }, 'You did not pick up'],
    ['declined', { agent: ben, cause: 'lost' }, 'Ben lost the connection while it rang'],
    ['assigned', { agent: ben, cause: 'auto' }, 'Assigned to Ben'],
    ['assigned', { agent: ann, cause: 'accepted' }, 'You accepted'],
    ['assigned', { agent: ben, cause: 'taken' }, 'Ben took it'],
    ['transferred', { agent: ben, from: olivia }, 'Olivia transferred it to Ben'],
    ['transferred', { agent: ann, from: olivia, cause: '' }, 'Olivia transferred it to you'],
    ['transferred', { department: tea, from: olivia }, 'Olivia transferred it to Tea'],
    ['transferred', { agent: olivia, from: olivia, cause: 'takeover' }, 'Olivia took it over'],
    ['transferred', { department: tea, cause: 'overflow' }, 'Waited too long: sent to Tea'],
    ['agent_lost', { agent: ben }, 'Ben lost the connection; back to the queue'],
    ['agent_silent', { agent: ann }, 'You did not answer in time; back to the queue'],
    ['returned', { agent: ann }, 'Nobody took the transfer: back with you'],
    ['joined', { agent: ben, from: olivia }, 'Olivia invited Ben'],
    ['joined', { agent: ben }, 'Ben joined'],
    ['left', { agent: ben }, 'Ben left'],
    ['missed', { cause: 'full' }, 'The queue was full: kept as a message'],
    ['missed', { cause: 'left' }, 'The visitor left a message'],
    ['closed', { from: olivia, cause: 'agent', reason: 'solved' }, 'Closed by Olivia: solved'],
    ['closed', { from: line('a', 1).from, cause: 'visitor' }, 'The visitor ended it'],
    ['closed', { cause: 'idle' }, 'Closed: the visitor was silent'],
    ['closed', { cause: 'abandoned' }, 'Closed: the visitor had left'],
    ['closed', { cause: 'a newer one' }, 'Closed'],
    ['message', {}, undefined],
    ['fireworks', {}, undefined],
  ])('%s %o', (kind, more, text) => {
    expect(happened(event(kind, more), 'ann')).toBe(text);
  });

  test('idle says until when', () => {
    expect(happened(event('idle', { until: '2026-11-20T12:34:00.000Z' }), 'ann')).toMatch(/:34.* unless they write$/);
  });
});

test('every event has its text in both languages', () => {
  const events = (strings: object) => Object.keys(strings).filter((key) => key.startsWith('console.event.'));
  expect(events(chinese)).toEqual(events(english));
});
