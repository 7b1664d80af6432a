import { expect, test } from 'vitest';
import type { Colleague } from '../../widget/core/protocol';
import { choices, obstacle } from './colleagues';

const agent = (id: string, more: Partial<Colleague> = {}): Colleague => ({ id, name: id, role: 'agent', status: 'online', accepting: true, open: 1, limit: 5, ...more });

test.each([
  ['here and free', agent('a'), undefined, undefined],
  ['not accepting chats', agent('a', { accepting: false }), 'not_accepting', undefined],
  ['full', agent('a', { open: 5 }), 'full', undefined],
  ['away', agent('a', { status: 'away' }), 'away', 'away'],
  ['gone', agent('a', { status: 'offline', accepting: false }), 'offline', 'offline'],
] as const)('%s', (_, colleague, transfer, invite) => {
  expect(obstacle(colleague, 'transfer')).toBe(transfer);
  expect(obstacle(colleague, 'invite')).toBe(invite);
});

test('who can be chosen comes first, among them the least busy; what was heard since counts', () => {
  const agents = [agent('off', { status: 'offline' }), agent('busy', { open: 4 }), agent('me'), agent('now-away'), agent('free', { open: 0 }), agent('shut', { accepting: false })];
  const heard = new Map([['now-away', { status: 'away', accepting: true } as const]]);
  expect(choices(agents, heard, 'transfer', new Set(['me'])).map(({ id }) => id)).toEqual(['free', 'busy', 'shut', 'now-away', 'off']);
});
