// @vitest-environment happy-dom
import './testing/english';
import { expect, test, vi } from 'vitest';
import { Problem, type Api } from './api';
import { Moves } from './moves';
import { annsConversation } from './testing/samples';
import { makeToasts } from './toasts';

function desk(answer: () => Promise<unknown>) {
  const call = vi.fn(answer);
  const [toasts, go, took, refused] = [makeToasts(), vi.fn(), vi.fn(), vi.fn()];
  const moves = new Moves({
    api: { accept: call, decline: call } as unknown as Api,
    toasts,
    took,
    act: (_, work) => work().then(() => true, (error) => (refused(error), false)),
    focusComposer: vi.fn(),
    go,
    dropDraft: vi.fn(),
  });
  return { moves, call, toasts, go, took, refused };
}

test('what was accepted is opened', async () => {
  const summary = annsConversation('a');
  const { moves, took, go } = desk(() => Promise.resolve(summary));
  await moves.accept('a');
  expect(took).toHaveBeenCalledWith(summary);
  expect(go).toHaveBeenCalledWith('a');
});

test.each(['accept', 'decline'] as const)('too late to %s: a quiet word, no failure', async (what) => {
  const { moves, toasts, go, refused } = desk(() => Promise.reject(new Problem(409, 'conflict', 'gone')));
  await moves[what]('a');
  expect(toasts.list.value).toMatchObject([{ kind: 'info', text: 'It had stopped ringing.' }]);
  expect(go).not.toHaveBeenCalled();
  expect(refused).not.toHaveBeenCalled();
});

test('any other refusal is told as such', async () => {
  const problem = new Problem(409, 'at_capacity', 'full');
  const { moves, toasts, refused } = desk(() => Promise.reject(problem));
  await moves.accept('a');
  expect(toasts.list.value).toEqual([]);
  expect(refused).toHaveBeenCalledWith(problem);
});
