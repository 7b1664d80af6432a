// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Activity, watchInput } from './activity';

const MINUTE = 60_000;

let now: number;
let away: boolean;
let awayAfter: number;
let told: number[];
let activity: Activity;

beforeEach(() => {
  now = 1_000_000;
  away = false;
  awayAfter = 5 * MINUTE;
  told = [];
  activity = new Activity({ now: () => now, awayAfter: () => awayAfter, isAway: () => away, tell: () => told.push(now) });
});

describe('being at the desk', () => {
  test('is told at most once a minute, however much is typed', () => {
    for (let i = 0; i < 600; i++) {
      now += 500;
      activity.touch();
    }
    expect(told).toHaveLength(5);
    for (const [i, at] of told.entries()) if (i > 0) expect(at - told[i - 1]!).toBeGreaterThanOrEqual(MINUTE);
  });

  test('is told more often when one would be away sooner', () => {
    awayAfter = 20_000;
    for (let i = 0; i < 60; i++) {
      now += 1_000;
      activity.touch();
    }
    expect(told).toHaveLength(6);
  });

  test('is told at once to who sees us as away, without a storm', () => {
    now += 10_000;
    activity.touch();
    expect(told).toEqual([]);
    away = true;
    for (let i = 0; i < 50; i++) {
      now += 100;
      activity.touch();
    }
    expect(told).toEqual([1_010_100, 1_012_100, 1_014_100]);
  });

  test('is not told where nobody is ever away', () => {
    awayAfter = 0;
    now += 10 * MINUTE;
    activity.touch();
    activity.tick();
    expect(told).toEqual([]);
    expect(activity.greet()).toBe(false);
  });
});

describe('an empty desk', () => {
  test('is one that nobody touched for long, until somebody does', () => {
    now += 5 * MINUTE - 1;
    activity.tick();
    expect(activity.empty.value).toBe(false);
    now += 1;
    activity.tick();
    expect(activity.empty.value).toBe(true);
    activity.touch();
    expect(activity.empty.value).toBe(false);
  });

  test('is told when a connection begins', () => {
    expect(activity.greet()).toBe(false);
    now += 5 * MINUTE;
    expect(activity.greet()).toBe(true);
  });

  test('is none when the connection has said that somebody is here: no need to tell soon after', () => {
    now += 4 * MINUTE;
    activity.greet();
    now += 1_000;
    activity.touch();
    expect(told).toEqual([]);
  });
});

describe('input', () => {
  const touch = vi.fn();
  watchInput(touch);
  const move = (x: number) => window.dispatchEvent(new PointerEvent('pointermove', { screenX: x, screenY: 7 } as PointerEventInit));
  afterEach(() => {
    vi.restoreAllMocks();
    touch.mockClear();
  });

  test.each(['keydown', 'pointerdown', 'wheel'])('%s is somebody at the desk', (type) => {
    document.body.dispatchEvent(new Event(type, { bubbles: true }));
    expect(touch).toHaveBeenCalledOnce();
  });

  test('a pointer that rests while the page moves under it is nobody', () => {
    move(5);
    touch.mockClear();
    move(5);
    expect(touch).not.toHaveBeenCalled();
    move(6);
    expect(touch).toHaveBeenCalledOnce();
  });

  test('does not count while the page is hidden', () => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    window.dispatchEvent(new Event('keydown'));
    expect(touch).not.toHaveBeenCalled();
  });
});
