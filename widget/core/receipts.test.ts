import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RECEIPT_PAUSE, Receipts } from './receipts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function receipts() {
  const sent: string[] = [];
  const line = { up: true };
  const made = new Receipts((conv, seq) => line.up && sent.push(`${conv}${seq}`) > 0);
  return { made, sent, line };
}

test('the first arrival is told at once, what follows at most every two seconds', () => {
  const { made, sent } = receipts();
  for (let seq = 1; seq <= 40; seq++) {
    made.arrived('a', seq);
    vi.advanceTimersByTime(100);
  }
  expect(sent).toEqual(['a1', 'a20', 'a40']);
  vi.advanceTimersByTime(10 * RECEIPT_PAUSE);
  expect(sent).toEqual(['a1', 'a20', 'a40']);
});

test('each conversation is told of', () => {
  const { made, sent } = receipts();
  made.arrived('a', 1);
  made.arrived('b', 7);
  made.arrived('a', 2);
  vi.advanceTimersByTime(RECEIPT_PAUSE);
  expect(sent).toEqual(['a1', 'b7', 'a2']);
});

test('what was read or told needs no word more', () => {
  const { made, sent } = receipts();
  made.read('a', 5);
  made.arrived('a', 5);
  made.arrived('a', 6);
  made.arrived('a', 4);
  vi.advanceTimersByTime(RECEIPT_PAUSE);
  expect(sent).toEqual(['a6']);
});

test('after a reconnect it is told again', () => {
  const { made, sent, line } = receipts();
  line.up = false;
  made.arrived('a', 3);
  line.up = true;
  made.forget();
  made.arrived('a', 3);
  expect(sent).toEqual(['a3']);
});
