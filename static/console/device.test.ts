import { expect, test } from 'vitest';
import { device } from './device';

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0', 'Edge 156, Windows'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1', 'Safari 26, iOS'],
  ['Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36', 'Chrome 156, Android'],
  ['Mozilla/5.0 (Linux; Android 15; PJZ110) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36 MicroMessenger/8.0.62', 'WeChat 8, Android'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'Firefox 153, Linux'],
  ['curl/8.5.0', undefined],
  ['', undefined],
])('%s', (userAgent, words) => {
  expect(device(userAgent)).toBe(words);
});
