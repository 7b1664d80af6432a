// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Bubble } from '../core/thread';
import { FileView } from './fileview';
import { forgetLink, own } from './links';
import { UiContext, type Ui } from './ui';

const file = { id: 'f', name: 'a.png', size: 3, type: 'image/png', width: 9, height: 9, url: '/api/v1/files/f' };
const bubble = { event: {}, state: 'sent', file } as unknown as Bubble;
const ui = { memory: { token: 'secret' }, t: (key: string) => key } as unknown as Ui;
const asked = vi.fn(async () => Response.json({ url: '/the/same' }));
let place: HTMLElement;

beforeEach(() => {
  vi.stubGlobal('fetch', asked);
  document.documentElement.lang = 'en';
  place = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  render(null, place);
  vi.unstubAllGlobals();
  asked.mockClear();
  forgetLink(file);
});

const picture = () => place.querySelector('img');
const address = () => picture()?.getAttribute('src');
const shows = (img: HTMLImageElement | null, src: string) => vi.waitFor(() => expect([picture() === img, address()]).toEqual([false, src]));
const broken = () => picture()?.dispatchEvent(new Event('error'));
const show = () =>
  render(
    <UiContext.Provider value={ui}>
      <FileView bubble={bubble} file={file} />
    </UiContext.Provider>,
    place,
  );

// A new element each time: the same address again would not make a browser try again.
it('asks for a new link when a picture does not load, and shows a download in the end', async () => {
  show();
  await shows(null, '/the/same');
  for (const times of [2, 3]) {
    const before = picture();
    broken();
    await shows(before, '/the/same');
    expect(asked).toHaveBeenCalledTimes(times);
  }
  broken();
  await vi.waitFor(() => expect(place.querySelector('button.file')).not.toBeNull());
  expect(picture()).toBeNull();
  expect(asked).toHaveBeenCalledTimes(3);
});

it("takes the server's when what came from this page does not load", async () => {
  own.set('f', 'blob:x');
  show();
  expect(address()).toBe('blob:x');
  const before = picture();
  broken();
  await shows(before, '/the/same');
});
