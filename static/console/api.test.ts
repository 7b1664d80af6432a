import { expect, test, vi } from 'vitest';
import { apiClient, Problem } from './api';

function client(answer: () => Response | Promise<Response>) {
  const fetch = vi.fn((_url: RequestInfo | URL, _init?: RequestInit) => Promise.resolve().then(answer));
  const onSignedOut = vi.fn();
  const onDate = vi.fn();
  return { api: apiClient({ fetch, onSignedOut, onDate }), fetch, onSignedOut, onDate };
}

const json = (body: unknown, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });

test('takes a conversation, whatever its id looks like', async () => {
  const { api, fetch, onDate } = client(() => json({ id: 'a/b' }, 200, { date: 'Fri, 20 Nov 2026 12:00:00 GMT' }));
  await expect(api.take('a/b')).resolves.toEqual({ id: 'a/b' });
  expect(fetch.mock.calls[0]?.[0]).toBe('/api/v1/conversations/a%2Fb/take');
  expect(fetch.mock.calls[0]?.[1]).toMatchObject({ method: 'POST', credentials: 'same-origin', body: '{}' });
  expect(onDate).toHaveBeenCalledWith(new Date('2026-11-20T12:00:00Z'));
});

test('leaves out an empty reason and an empty note', async () => {
  const { api, fetch } = client(() => json({}));
  await api.close('a', '');
  await api.close('a', 'solved');
  await api.transfer('a', { agent: 'bob' }, '');
  await api.transfer('a', { department: 'tea' }, 'please');
  expect(fetch.mock.calls.map((call) => call[1]?.body)).toEqual(['{}', '{"reason":"solved"}', '{"agent":"bob"}', '{"department":"tea","note":"please"}']);
});

test('an answer without a body is fine', async () => {
  await expect(client(() => new Response(null, { status: 204 })).api.signOut()).resolves.toBeUndefined();
});

test('unwraps lists', async () => {
  await expect(client(() => json({ items: [1, 2] })).api.agents()).resolves.toEqual([1, 2]);
});

test.each([
  ['a problem document', () => json({ title: 'Conflict', detail: 'another agent took it', code: 'conflict' }, 409), 409, 'conflict', 'another agent took it'],
  ['a problem without detail', () => json({ title: 'Conflict', code: 'conflict' }, 409), 409, 'conflict', 'Conflict'],
  ['a proxy that speaks HTML', () => new Response('<h1>Bad gateway</h1>', { status: 502 }), 502, '', 'HTTP 502'],
  ['no network', () => Promise.reject(new TypeError('failed')), 0, 'unreachable', 'unreachable'],
])('%s becomes a Problem', async (_, answer, status, code, message) => {
  const error: unknown = await client(answer).api.take('a').catch((e: unknown) => e);
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({ status, code, message });
});

test('401 means signed out', async () => {
  const { api, onSignedOut } = client(() => json({ code: 'unauthorized' }, 401));
  await expect(api.me()).rejects.toBeInstanceOf(Problem);
  expect(onSignedOut).toHaveBeenCalledOnce();
});
