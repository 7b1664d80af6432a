import type { BrowserContextOptions } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { ANNA, ask, BEN, demoVisitor, expect, type Language, leave, openChat, OWNER, rawAgent, setDepartment, test, thread, words } from './foyer';
import { look } from './look';
import type { RawAgent } from './peer';
import type { Server } from './server';

const names = words['en-US'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** Closes it until nine in the morning of the day after tomorrow; returns that moment. */
async function shut(server: Server): Promise<Date> {
  const back = new Date();
  back.setUTCDate(back.getUTCDate() + 2);
  back.setUTCHours(9, 0, 0, 0);
  const owner = await rawAgent(server, OWNER);
  await setDepartment(owner, { time_zone: 'UTC', hours: { [DAYS[back.getUTCDay()]!]: [{ from: '09:00', to: '17:30' }] } });
  owner.close();
  return back;
}

/** The only message that was left. */
async function theMessage(agent: RawAgent): Promise<{ id: string; state: string; last: { text: string } }> {
  const { items } = (await agent.api('GET', '/conversations?kind=message')) as { items: { id: string; state: string; last: { text: string } }[] };
  expect(items).toHaveLength(1);
  return items[0]!;
}

test('a message left while it is closed is answered where it was left', async ({ server, browse }) => {
  const back = await shut(server);
  const ben = await rawAgent(server, BEN); // he is early
  const shop = await browse();
  const panel = await demoVisitor(shop, server);
  await expect(panel.getByRole('heading', { name: names.closed })).toBeVisible();
  const day = new Intl.DateTimeFormat('en-US', { weekday: 'long', timeZone: 'UTC' }).format(back);
  await expect(panel.getByText(names.backOn(day, '9:00 AM'))).toBeVisible();
  await leave(panel, 'vi@example', 'Is the kettle back in stock?');
  await expect(panel.getByText(names.badEmail)).toBeVisible();
  await expect(panel.getByRole('textbox', { name: names.yourEmail })).toBeFocused();
  await leave(panel, 'vi@example.com');
  await expect(panel.getByText(names.kept)).toBeVisible();
  await expect(thread(panel).getByText('Is the kettle back in stock?')).toHaveCount(1);

  const left = await theMessage(ben);
  expect(left).toMatchObject({ state: 'queued', last: { text: 'Is the kettle back in stock?' } });
  const details = await ben.api('GET', `/conversations/${left.id}`);
  expect(details['person']).toMatchObject({ email: 'vi@example.com' });
  await shop.reload();
  const again = await openChat(shop, server);
  await expect(again.getByText(names.kept)).toBeVisible();
  await ask(again, 'The blue one.');
  await expect.poll(async () => (await theMessage(ben)).last.text).toBe('The blue one.');
  await shop.goto('about:blank');

  await ben.api('POST', `/conversations/${left.id}/take`);
  await ben.hears({ t: 'event', conv: left.id, text: 'The blue one.' });
  await ben.api('POST', `/conversations/${left.id}/messages`, { cid: randomUUID(), text: 'It is, since this morning.' });
  const later = await demoVisitor(shop, server);
  await expect(thread(later).getByText('It is, since this morning.')).toBeVisible();
  for (const line of ['Is the kettle back in stock?', 'The blue one.']) await expect(thread(later).getByText(line)).toHaveCount(1);
  await expect(later.getByText(names.kept)).toBeHidden();
});

test('who waits while nobody is here may leave a message, and is served at once when they write again and somebody is', async ({ server, browse }) => {
  const panel = await demoVisitor(await browse(), server);
  await expect(panel.getByRole('heading', { name: names.nobody })).toBeVisible();
  await panel.getByRole('button', { name: names.waitInstead }).click();
  await ask(panel, 'Do you ship to Norway?');
  await expect(panel.getByRole('paragraph').filter({ hasText: names.nobody }).last()).toBeVisible();
  await panel.getByRole('textbox', { name: names.write }).fill('To Tromsø, that is.');
  await panel.getByRole('button', { name: names.leaveInstead }).click();
  await expect(panel.getByRole('textbox', { name: names.write })).toHaveValue('To Tromsø, that is.');
  await leave(panel, 'vi@example.com');
  await expect(panel.getByText(names.kept)).toBeVisible();
  for (const line of ['Do you ship to Norway?', 'To Tromsø, that is.']) await expect(thread(panel).getByText(line)).toHaveCount(1);

  const ben = await rawAgent(server, BEN);
  const left = await theMessage(ben);
  expect(left, 'nobody is given what is no chat').toMatchObject({ state: 'queued', owner: null });
  await ask(panel, 'I am here again.');
  await ben.hears({ t: 'event', conv: left.id, kind: 'assigned', agent: { name: 'Ben' } });
  await expect(thread(panel).getByText(names.joined('Ben'))).toBeVisible();
});

test('who waits reads that the last agent has left, and leaves a message with no further word', async ({ server, browse }) => {
  const owner = await rawAgent(server, OWNER);
  await owner.api('PUT', '/me/availability', { status: 'away' });
  const anna = await rawAgent(server, ANNA);
  await owner.api('PUT', `/agents/${String((await anna.api('GET', '/me'))['id'])}/limit`, { limit: 0 });
  const panel = await demoVisitor(await browse(), server);
  await ask(panel, 'Is anybody there?');
  await expect(panel.getByText(names.first)).toBeVisible();
  await anna.api('PUT', '/me/availability', { status: 'offline' });
  await expect(panel.getByText(names.first)).toBeHidden();
  await expect(panel.getByText(names.nobody)).not.toHaveCount(0);
  await panel.getByRole('button', { name: names.leaveInstead }).click();
  await leave(panel, 'vi@example.com');
  await expect(panel.getByText(names.kept)).toBeVisible();
  const left = await theMessage(anna);
  expect(left.last.text).toBe('Is anybody there?');
  expect((await anna.api('GET', `/conversations/${left.id}`))['person']).toMatchObject({ email: 'vi@example.com' });
});

const looks: readonly (readonly [Language, 'light' | 'dark'])[] = [['en-US', 'light'], ['zh-CN', 'dark']];
for (const [language, colorScheme] of looks) {
  const options: BrowserContextOptions = { locale: language, colorScheme };
  const said = words[language];
  const view = (screen: string) => `${screen}-${language}-${colorScheme}`;

  test(`what visitors see while nobody answers, ${language}, ${colorScheme}`, async ({ server, browse }) => {
    const waits = await browse(options);
    const queue = await demoVisitor(waits, server, language);
    await look(waits, view('widget-nobody'));
    await queue.getByRole('button', { name: said.waitInstead }).click();
    await ask(queue, 'Which tea for the morning? 早上喝什么茶？', language);
    await expect(queue.getByRole('button', { name: said.leaveInstead })).toBeVisible();
    await look(waits, view('widget-queue-nobody'));
    await queue.getByRole('button', { name: said.leaveInstead }).click();
    await leave(queue, 'vi@example', undefined, language);
    await look(waits, view('widget-leave'));
    await leave(queue, 'vi@example.com', undefined, language);
    await expect(queue.getByText(said.kept)).toBeVisible();
    await look(waits, view('widget-kept'));

    await shut(server);
    const shop = await browse(options);
    const closed = await demoVisitor(shop, server, language);
    await expect(closed.getByRole('heading', { name: said.closed })).toBeVisible();
    await look(shop, view('widget-closed'));
  });
}
