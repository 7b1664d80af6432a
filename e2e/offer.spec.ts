import type { Page } from '@playwright/test';
import { ANNA, answer, ask, BEN, demoVisitor, expect, open, OWNER, rawAgent, RawVisitor, row, setDepartment, signIn, test, thread, words } from './foyer';
import type { Server } from './server';

const names = words['en-US'];

const ringing = (page: Page) => page.getByRole('button', { name: names.accept });

/** Conversations ring for so long, s; the owner is there, but takes none. */
async function offerFor(server: Server, seconds: number): Promise<void> {
  const owner = await rawAgent(server, OWNER);
  await owner.api('PUT', '/me/accepting', { accepting: false });
  await setDepartment(owner, { mode: 'offer', offer_s: seconds });
}

test('what one agent declines rings at a colleague, who accepts it', async ({ server, browse }) => {
  await offerFor(server, 60);
  const anna = await browse();
  await signIn(anna, server, ANNA);
  const panel = await demoVisitor(await browse(), server);
  await ask(panel, 'Which tea for the morning?');
  await expect(ringing(anna)).toBeVisible();
  await expect(anna).toHaveTitle(/^Ringing/);
  await expect(panel.getByText(names.first).first()).toBeVisible();

  const ben = await browse();
  await signIn(ben, server, BEN);
  await expect(ringing(ben)).toBeHidden();
  await anna.getByRole('button', { name: names.decline }).click();
  await expect(ringing(ben)).toBeVisible();
  await expect(ringing(anna)).toBeHidden();
  await expect(anna).not.toHaveTitle(/^Ringing/);

  await ringing(ben).click();
  await answer(ben, 'Assam, with milk.');
  await expect(ben.getByText(names.load(1))).toBeVisible();
  await expect(thread(panel).getByText(names.joined('Ben'))).toBeVisible();
  await expect(thread(panel).getByText('Assam, with milk.')).toBeVisible();
});

test('what nobody answers is missed, and rings at a colleague, who accepts by the keyboard', async ({ server, browse }) => {
  await offerFor(server, 5);
  const anna = await browse();
  await signIn(anna, server, ANNA);
  const panel = await demoVisitor(await browse(), server);
  await ask(panel, 'Is anybody there?');
  await expect(ringing(anna)).toBeVisible();
  const ben = await browse();
  await signIn(ben, server, BEN);

  await expect(ringing(ben)).toBeVisible();
  await expect(ringing(anna)).toBeHidden();
  await ben.keyboard.press('Shift+A');
  await expect(thread(panel).getByText(names.joined('Ben'))).toBeVisible();
  await anna.getByRole('tab', { name: names.all }).click();
  await open(anna, 'Is anybody there?');
  await expect(thread(anna).getByText(names.unanswered)).toBeVisible();
});

test('what rings can be answered on a phone, in a conversation and in a dialog', async ({ server, browse }) => {
  await offerFor(server, 60);
  const anna = await browse({ viewport: { width: 390, height: 844 } });
  await signIn(anna, server, ANNA);
  for (const [line, place] of [['In the list', 'list'], ['In a conversation', 'conversation'], ['In a dialog', 'dialog']] as const) {
    if (place === 'dialog') await anna.getByRole('button', { name: names.close, exact: true }).click();
    const panel = await demoVisitor(await browse(), server);
    await ask(panel, line);
    await ringing(anna).last().click(); // a dialog has its own, before what is under it
    await expect(thread(panel).getByText(names.joined('Anna'))).toBeVisible();
    await expect(thread(anna).getByText(line)).toBeVisible();
  }
  await expect(anna.getByRole('dialog')).toBeHidden();
  await anna.getByRole('button', { name: names.back }).click();
  await expect(anna.getByText(names.load(3))).toBeVisible();
});

test('who does not accept chats is not rung at, until they do', async ({ server, browse }) => {
  await offerFor(server, 60);
  const anna = await browse();
  await signIn(anna, server, ANNA);
  const accepting = anna.getByRole('switch', { name: names.accepting });
  await accepting.click();
  await expect(accepting).not.toBeChecked();
  await (await RawVisitor.arrive(server)).ask('Which tea for the morning?');
  await anna.getByRole('tab', { name: names.queue }).click();
  await expect(row(anna, 'Which tea for the morning?')).toBeVisible();
  await expect(ringing(anna)).toBeHidden();
  await accepting.click();
  await expect(ringing(anna)).toBeVisible();
});
