import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ACK_TIMEOUT, eventOf, Outbox, type Line } from './outbox';
import { safeStorage, type KeyValue } from './storage';
import { FakeStorage } from './testing';

function box(storage: KeyValue, connected = true) {
  const sent: string[] = [];
  const state = { connected };
  const onStuck = vi.fn();
  const outbox = new Outbox({
    storage,
    prefix: 'line.',
    send(line) {
      if (state.connected) sent.push(line.cid);
      return state.connected;
    },
    onStuck,
    onChange: () => undefined,
  });
  return { outbox, sent, state, onStuck };
}

const texts = (outbox: Outbox) => outbox.lines.map((line: Line) => line.text);
let disk: FakeStorage;
let storage: KeyValue;

beforeEach(() => {
  vi.useFakeTimers();
  disk = new FakeStorage();
  storage = safeStorage(() => disk);
});
afterEach(() => void vi.useRealTimers());

describe('keeping', () => {
  it('keeps a line before it is sent', () => {
    const seen: number[] = [];
    const outbox = new Outbox({
      storage,
      prefix: 'line.',
      send: () => (seen.push(disk.map.size), true),
      onStuck: () => undefined,
      onChange: () => undefined,
    });
    outbox.add('c', 'hello');
    expect(seen).toEqual([1]);
  });

  it('survives a reload in order, with the same cids', () => {
    const before = box(storage, false);
    const lines = ['one', 'two', 'three'].map((text) => before.outbox.add('c', text));
    const after = box(storage);
    expect(texts(after.outbox)).toEqual(['one', 'two', 'three']);
    after.outbox.flush();
    expect(after.sent).toEqual(lines.map((line) => line.cid));
  });

  it('forgets a line the server has, also on disk', () => {
    const { outbox } = box(storage);
    const line = outbox.add('c', 'hello');
    outbox.done(line.cid);
    expect(outbox.lines).toEqual([]);
    expect(disk.map.size).toBe(0);
  });

  it('works on when storage throws', () => {
    disk.broken = true;
    const { outbox, sent, state } = box(storage, false);
    outbox.add('c', 'hello');
    state.connected = true;
    outbox.flush();
    expect(sent).toHaveLength(1);
    expect(texts(outbox)).toEqual(['hello']);
  });

  it('is not disturbed by broken entries', () => {
    disk.map.set('line.x', '{"cid":1}').set('line.y', 'nonsense');
    expect(box(storage).outbox.lines).toEqual([]);
  });

  it('loses no line of another tab', () => {
    const a = box(storage, false);
    const b = box(storage, false);
    a.outbox.add('c', 'from a');
    b.outbox.add('c', 'from b');
    a.outbox.add('c', 'from a again');
    expect(texts(box(storage).outbox).sort()).toEqual(['from a', 'from a again', 'from b']);
    b.outbox.flush();
    expect(b.outbox.lines).toHaveLength(3);
  });
});

describe('sending', () => {
  it('sends again, in order and under the same cid, what was not acknowledged', () => {
    const { outbox, sent } = box(storage);
    const lines = ['one', 'two', 'three'].map((text) => outbox.add('c', text));
    outbox.done(lines[0]!.cid);
    sent.length = 0;
    outbox.flush();
    expect(sent).toEqual([lines[1]!.cid, lines[2]!.cid]);
  });

  it('reports one overdue answer, once', () => {
    const { outbox, onStuck } = box(storage);
    outbox.add('c', 'one');
    outbox.add('c', 'two');
    vi.advanceTimersByTime(ACK_TIMEOUT + 100);
    expect(onStuck).toHaveBeenCalledOnce();
  });

  it('awaits nothing that was answered or while there is no connection', () => {
    const { outbox, onStuck } = box(storage);
    outbox.done(outbox.add('c', 'one').cid);
    outbox.acked(outbox.add('c', 'two').cid);
    outbox.add('c', 'three');
    outbox.pause();
    vi.advanceTimersByTime(ACK_TIMEOUT * 2);
    expect(onStuck).not.toHaveBeenCalled();
    expect(texts(outbox)).toEqual(['two', 'three']);
  });

  it('places lines of a new conversation and sends those that waited', () => {
    const { outbox, sent, state } = box(storage);
    outbox.add('', 'one');
    state.connected = false;
    const second = outbox.add('', 'two');
    state.connected = true;
    sent.length = 0;
    outbox.adopt('c');
    outbox.push();
    expect(sent).toEqual([second.cid]);
    expect(outbox.lines.map((line) => line.conv)).toEqual(['c', 'c']);
  });
});

describe('refusals', () => {
  it('fails a line and lets the person retry under a new cid, or discard', () => {
    const { outbox, sent } = box(storage);
    const line = outbox.add('c', 'one');
    outbox.refused(line.cid, 'forbidden');
    expect(outbox.lines[0]).toMatchObject({ state: 'failed', code: 'forbidden' });
    outbox.flush();
    expect(sent).toHaveLength(1);
    outbox.retry(line.cid);
    expect(sent).toHaveLength(2);
    expect(outbox.lines[0]?.cid).not.toBe(line.cid);
    outbox.discard(outbox.lines[0]!.cid);
    expect(disk.map.size).toBe(0);
  });

  it('holds everything back while rate limited, and keeps the order', () => {
    const { outbox, sent } = box(storage);
    const one = outbox.add('c', 'one');
    outbox.refused(one.cid, 'rate_limited', 3_000);
    const two = outbox.add('c', 'two');
    expect(sent).toEqual([one.cid]);
    vi.advanceTimersByTime(3_000);
    expect(sent).toEqual([one.cid, one.cid]);
    outbox.done(one.cid);
    expect(sent).toEqual([one.cid, one.cid, two.cid]);
    expect(texts(outbox)).toEqual(['two']);
  });

  it('sends one at a time after that, until all are said', () => {
    const { outbox, sent } = box(storage);
    const lines = ['one', 'two', 'three', 'four'].map((text) => outbox.add('c', text));
    const [one, two, three, four] = lines.map((line) => line.cid) as [string, string, string, string];
    sent.length = 0;
    outbox.done(one);
    for (const cid of [two, three, four]) outbox.refused(cid, 'rate_limited', 500);
    vi.advanceTimersByTime(500);
    expect(sent).toEqual([two]);
    outbox.acked(two);
    expect(sent).toEqual([two, three]);
    outbox.refused(three, 'rate_limited', 700);
    outbox.done(two);
    expect(sent).toEqual([two, three]);
    vi.advanceTimersByTime(700);
    outbox.done(three);
    expect(sent).toEqual([two, three, three, four]);
    outbox.done(four);
    sent.length = 0;
    outbox.add('c', 'five');
    outbox.add('c', 'six');
    expect(sent).toHaveLength(2);
    expect(outbox.lines.map((line) => line.state)).toEqual(['sending', 'sending']);
  });

  it('keeps a line the storage of the server refused', () => {
    const { outbox } = box(storage);
    const line = outbox.add('c', 'one');
    outbox.refused(line.cid, 'unavailable');
    expect(outbox.lines[0]?.state).toBe('sending');
  });
});

describe('a message that is left', () => {
  it('survives a reload and a retry as one', () => {
    box(storage, false).outbox.leave('', 'call me');
    const { outbox, sent } = box(storage);
    outbox.flush();
    const cid = outbox.lines[0]!.cid;
    expect(sent).toEqual([cid]);
    expect(outbox.lines).toMatchObject([{ left: true, text: 'call me' }]);
    outbox.refused(cid, 'forbidden');
    outbox.retry(cid);
    expect(outbox.lines).toMatchObject([{ left: true, text: 'call me', state: 'sending' }]);
  });

  it('that was refused is shown with its words, or not at all', () => {
    const { outbox } = box(storage);
    outbox.refused(outbox.leave('c', 'call me').cid, 'conflict');
    outbox.refused(outbox.leave('c', '').cid, 'conflict');
    expect(outbox.lines).toMatchObject([{ text: 'call me', state: 'failed' }]);
  });

  it('is a plain line once the server has taken it, and nothing at all without words', () => {
    const { outbox } = box(storage);
    const { cid } = outbox.leave('c', 'call me');
    const silent = outbox.leave('c', '');
    outbox.begun(cid);
    outbox.begun(silent.cid);
    expect(outbox.lines.map((line) => [line.cid, line.left])).toEqual([[cid, undefined]]);
    expect(box(storage).outbox.lines).toHaveLength(1);
  });
});

describe('files', () => {
  const file = { id: 'f', name: 'a.pdf', size: 3, type: 'application/pdf', url: '/api/v1/files/f' };

  it('survive a reload and become events of their own kind', () => {
    box(storage, false).outbox.add('c', '', false, file);
    const { outbox, sent } = box(storage);
    outbox.flush();
    expect(sent).toHaveLength(1);
    const event = eventOf(outbox.lines[0]!, { conv: 'c', seq: 7, at: '' }, { type: 'visitor', id: 'v', name: '' });
    expect(event).toMatchObject({ kind: 'file', file, seq: 7 });
    expect(event.text).toBeUndefined();
  });

  it('go nowhere but to the conversation they were uploaded for', () => {
    const { outbox } = box(storage);
    const { cid } = outbox.add('c', '', false, file);
    outbox.refused(cid, 'closed');
    outbox.retry(cid, 'd');
    expect(outbox.lines).toMatchObject([{ conv: 'c', file, state: 'sending' }]);
  });

  it('are shown as failed, and not sent, when their conversation is no longer the one there is', () => {
    const { outbox, sent } = box(storage, false);
    const { cid } = outbox.add('c', '', false, file);
    outbox.keepTo('d');
    outbox.flush();
    expect(sent).toEqual([]);
    const shown = { conv: '', file, state: 'failed', code: 'closed' };
    expect(outbox.lines).toMatchObject([shown]);
    expect(box(storage).outbox.lines).toMatchObject([shown]);
    outbox.keepTo('d');
    expect(outbox.lines).toMatchObject([shown]);
    outbox.discard(cid);
    expect(outbox.lines).toEqual([]);
    expect(disk.map.size).toBe(0);
  });
});
