import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { meetHost } from './host';

const PAGE = { url: 'https://shop.example/', title: 'Shop', referrer: '' };
const INIT = { t: 'foyer:init', open: true, page: PAGE };

/** A window framed by `parent`; `post` is what arrives at it. */
function framed() {
  const parent = { postMessage: vi.fn() };
  const listeners = new Set<(event: unknown) => void>();
  vi.stubGlobal('window', {
    parent,
    addEventListener: (_: string, back: (event: unknown) => void) => listeners.add(back),
    removeEventListener: (_: string, back: (event: unknown) => void) => listeners.delete(back),
  });
  vi.stubGlobal('location', { origin: 'https://chat.example' });
  const port = { postMessage: vi.fn(), onmessage: null as ((event: unknown) => void) | null };
  const post = (more: object) =>
    listeners.forEach((back) => back({ source: parent, origin: 'https://shop.example', data: INIT, ports: [port], ...more }));
  const onOpen = vi.fn();
  const onPage = vi.fn();
  const host = meetHost(['https://shop.example'], { onOpen, onPage });
  return { parent, port, post, host, onOpen, onPage };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.unstubAllGlobals());

it('says nothing but that it is here, and takes the port of the site’s page', () => {
  const { parent, port, post, host, onOpen, onPage } = framed();
  expect(parent.postMessage.mock.calls).toEqual([['foyer:ready', '*']]);
  host.say({ t: 'active', on: true });
  post({});
  expect(onOpen).toHaveBeenCalledWith(true);
  expect(onPage).toHaveBeenCalledWith(PAGE);
  expect(port.postMessage).toHaveBeenCalledWith({ t: 'active', on: true });
  port.onmessage?.({ data: { t: 'close' } });
  expect(onOpen).toHaveBeenLastCalledWith(false);
});

it.each([
  ['another window', { source: {} }],
  ['an origin that is not the site’s', { origin: 'https://evil.example' }],
  ['an origin that only begins alike', { origin: 'https://shop.example.evil.example' }],
  ['something else', { data: { t: 'other' } }],
  ['no port', { ports: [] }],
])('refuses %s', (_, more) => {
  const { port, post, onOpen } = framed();
  post(more);
  expect(onOpen).not.toHaveBeenCalled();
  expect(port.onmessage).toBeNull();
});

it('keeps to the first port', () => {
  const { post, onOpen } = framed();
  post({});
  post({});
  expect(onOpen).toHaveBeenCalledOnce();
});
