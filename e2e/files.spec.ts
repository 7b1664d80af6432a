import { readFile } from 'node:fs/promises';
import type { FrameLocator } from '@playwright/test';
import { ANNA, ask, attach, BEN, type Chosen, demoVisitor, expect, open, openChat, picture, rawAgent, row, signIn, test, thread, words } from './foyer';

const names = words['en-US'];
const PDF: Chosen = { name: 'How to brew.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n% three minutes, 95 degrees\n') };

/** Pastes a file into the composer, as from a screenshot. */
async function paste(panel: FrameLocator, file: Chosen): Promise<void> {
  await panel.getByRole('textbox', { name: names.write }).evaluate((field, { name, type, bytes }) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], name, { type }));
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, { name: file.name, type: file.mimeType, bytes: [...file.buffer] });
}

/** Drops a file onto the panel. */
async function drop(panel: FrameLocator, file: Chosen): Promise<void> {
  await panel.getByRole('log').evaluate((log, { name, type, bytes }) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], name, { type }));
    for (const event of ['dragover', 'drop']) log.dispatchEvent(new DragEvent(event, { dataTransfer: data, bubbles: true, cancelable: true }));
  }, { name: file.name, type: file.mimeType, bytes: [...file.buffer] });
}

test('a visitor pastes and drops pictures, the agent answers with a document, and both find all after a reload', async ({ server, browse }) => {
  const anna = await browse();
  await signIn(anna, server, ANNA);
  const shop = await browse();
  const panel = await demoVisitor(shop, server);
  await ask(panel, 'The box arrived like this.');
  await open(anna, 'The box arrived like this.');
  await expect(panel.getByRole('button', { name: names.attach })).toBeVisible();
  await paste(panel, await picture(shop, 'front.png'));
  await drop(panel, await picture(shop, 'back.png'));

  for (const name of ['front.png', 'back.png']) {
    for (const where of [thread(anna), thread(panel)]) {
      const image = where.getByRole('img', { name });
      await expect(image).toHaveJSProperty('naturalWidth', 640);
      await expect(image).toHaveCount(1);
    }
  }
  await expect(row(anna, 'back.png')).toBeVisible();

  await thread(anna).getByRole('button', { name: names.openFile('front.png') }).click();
  await expect(anna.getByRole('dialog', { name: 'front.png' }).getByRole('img')).toBeVisible();
  await anna.keyboard.press('Escape');
  await expect(anna.getByRole('dialog')).toHaveCount(0);

  await attach(anna, [PDF]);
  const card = thread(panel).getByRole('button', { name: names.download(PDF.name) });
  await expect(card).toBeEnabled();
  await shop.reload();
  const again = await openChat(shop, server);
  await expect(thread(again).getByRole('img', { name: 'front.png' })).toHaveJSProperty('naturalWidth', 640);
  const [file] = await Promise.all([shop.waitForEvent('download'), thread(again).getByRole('button', { name: names.download(PDF.name) }).click()]);
  expect(file.suggestedFilename()).toBe(PDF.name);
  expect(await readFile(await file.path())).toEqual(PDF.buffer);
  await thread(again).getByRole('button', { name: names.openFile('back.png') }).click();
  await again.getByRole('button', { name: names.closePicture }).click();

  await anna.reload();
  await expect(thread(anna).getByRole('img', { name: 'back.png' })).toHaveJSProperty('naturalWidth', 640);
  const [copy] = await Promise.all([anna.waitForEvent('download'), thread(anna).getByRole('link', { name: names.download(PDF.name) }).click()]);
  expect(await readFile(await copy.path())).toEqual(PDF.buffer);
});

test('an upload that did not get through says so and is tried again', async ({ server, browse }) => {
  const anna = await browse();
  await signIn(anna, server, ANNA);
  const shop = await browse();
  const panel = await demoVisitor(shop, server);
  await ask(panel, 'Wait, I have a photograph.');
  await open(anna, 'Wait, I have a photograph.');
  await expect(panel.getByRole('button', { name: names.attach })).toBeVisible();
  const photo = await picture(shop, 'photograph.png');
  await server.kill();
  await attach(panel, [photo]);
  const tray = panel.getByRole('list', { name: names.tray });
  await expect(tray.getByRole('alert')).toBeVisible();
  await server.start();
  await tray.getByRole('button', { name: names.retry }).click();
  await expect(thread(anna).getByRole('img', { name: 'photograph.png' })).toHaveJSProperty('naturalWidth', 640, { timeout: 30_000 });
  await expect(thread(panel).getByRole('img', { name: 'photograph.png' })).toHaveCount(1);
  await expect(tray).toHaveCount(0);
});

test('a file that is too large is refused before it is sent', async ({ server, browse }) => {
  await rawAgent(server, BEN); // else a message is asked for
  const shop = await browse();
  const panel = await demoVisitor(shop, server);
  await ask(panel, 'Here is the whole film.');
  await expect(panel.getByRole('button', { name: names.attach })).toBeVisible();
  await attach(panel, [{ name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc((10 << 20) + 1) }]);
  const tray = panel.getByRole('list', { name: names.tray });
  await expect(tray.getByRole('alert')).toBeVisible();
  await tray.getByRole('button').click();
  await expect(tray).toHaveCount(0);
});
