import { expect, test } from 'vitest';
import { addEvents, emptyLog } from '../../widget/core/log';
import { countLines, fromTheEnd } from './lines';
import { line } from './testing/samples';

const deleted = (seq: number, target: number) => ({ ...line('a', seq), kind: 'deleted', target }) as const;

test('a line that was taken back is neither new nor unread', () => {
  const log = addEvents(emptyLog('a'), [line('a', 1), line('a', 2), line('a', 3), deleted(4, 3)]);
  expect(countLines(log, 1)).toBe(1);
  expect(fromTheEnd(log, 1)).toBe(2);
});
