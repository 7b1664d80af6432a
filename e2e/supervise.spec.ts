import type { Page } from '@playwright/test';
import { ANNA, answer, ask, BEN, demoVisitor, expect, open, OWNER, RawVisitor, row, signIn, test, thread, words } from './foyer';

const names = words['en-US'];

/** Opens a conversation that somebody else has. */
async function lookAt(page: Page, text: string): Promise<void> {
  await page.getByRole('tab', { name: names.all }).click();
  await open(page, text);
}

/** Chooses from the menu of the conversation that is open. */
async function choose(page: Page, what: string): Promise<void> {
  await page.getByRole('button', { name: names.more, exact: true }).click();
  await page.getByRole('menuitem', { name: what }).or(page.getByRole('menuitemradio', { name: what })).click();
}

test('a supervisor watches without being seen, learns why, and takes over', async ({ server, browse }) => {
  const olivia = await browse();
  await signIn(olivia, server, OWNER);
  await olivia.getByRole('switch', { name: names.accepting }).click();
  const anna = await browse();
  await signIn(anna, server, ANNA);
  const panel = await demoVisitor(await browse(), server);
  await ask(panel, 'My parcel is broken.');
  await open(anna, 'My parcel is broken.');
  await answer(anna, 'So what?');

  await lookAt(olivia, 'So what?');
  await expect(olivia.getByText(names.watching('Anna'))).toBeVisible();
  await expect(thread(olivia).getByText('So what?')).toBeVisible();
  await choose(olivia, names.why);
  const why = olivia.getByRole('dialog');
  await expect(why.getByText(names.whyAssigned('Anna'))).toBeVisible();
  await expect(why.getByText(names.leftOut)).toBeVisible();
  await expect(why.getByRole('listitem').filter({ hasText: 'Olivia' }).last()).toContainText('Not accepting chats');
  await olivia.keyboard.press('Escape');

  await olivia.getByRole('button', { name: names.takeOver }).click();
  await olivia.getByRole('dialog').getByRole('button', { name: names.takeOver }).click();
  await answer(olivia, 'I am sorry. A new one is on its way.');
  await expect(thread(panel).getByText(names.tookOver('Olivia Owner'))).toBeVisible();
  await expect(thread(panel).getByText('A new one is on its way.')).toBeVisible();
  await expect(row(anna, 'My parcel is broken.')).toBeHidden();
  await expect(anna.getByText(names.load(0))).toBeVisible();
});

test('a colleague who was invited speaks, without a chat more, and leaves', async ({ server, browse }) => {
  const anna = await browse();
  await signIn(anna, server, ANNA);
  const panel = await demoVisitor(await browse(), server);
  await ask(panel, 'How hot for gyokuro?');
  await open(anna, 'How hot for gyokuro?');
  const ben = await browse();
  await signIn(ben, server, BEN);

  await choose(anna, names.invite);
  await anna.getByRole('dialog').getByRole('radio', { name: /Ben/ }).check();
  await anna.getByRole('dialog').getByRole('button', { name: names.inviteNow, exact: true }).click();
  await open(ben, 'How hot for gyokuro?');
  await answer(ben, 'Not over 60 degrees.');
  await expect(thread(panel).getByText('Not over 60 degrees.')).toBeVisible();
  await expect(thread(anna).getByText('Not over 60 degrees.')).toBeVisible();
  await expect(ben.getByText(names.load(0))).toBeVisible();
  await ask(panel, 'Thank you both!');
  await expect(thread(ben).getByText('Thank you both!')).toBeVisible();

  await ben.getByRole('button', { name: names.leave }).click();
  await expect(ben.getByRole('textbox', { name: names.reply })).toBeHidden();
  await expect(row(ben, 'Thank you both!')).toBeHidden();
});

test('who has a higher priority is first in the queue', async ({ server, browse }) => {
  const anna = await browse();
  await signIn(anna, server, ANNA);
  await anna.getByRole('switch', { name: names.accepting }).click();
  for (const line of ['I came first', 'I came second']) {
    await (await RawVisitor.arrive(server)).ask(line);
    await anna.getByRole('tab', { name: names.queue }).click();
    await expect(row(anna, line)).toBeVisible();
  }
  const rows = anna.getByRole('tabpanel').getByRole('listitem');
  await expect(rows.first()).toContainText('I came first');
  await open(anna, 'I came second');
  await choose(anna, names.high);
  await expect(rows.first()).toContainText('I came second');
});
