import { ANNA, answer, ask, change, demoVisitor, expect, note, open, openChat, signIn, test, thread, words } from './foyer';

const names = words['en-US'];

test('what was said can be changed by who said it, and the visitor never hears of notes', async ({ server, browse }) => {
  const anna = await browse();
  await signIn(anna, server, ANNA);
  const shop = await browse();
  const panel = await demoVisitor(shop, server);
  await ask(panel, 'Do you ship to Noway?');
  await ask(panel, 'My card is 4711');
  await open(anna, 'My card is 4711');

  await change(panel, 'Do you ship to Noway?');
  await panel.getByRole('textbox', { name: names.changed }).fill('Do you ship to Norway?');
  await panel.getByRole('button', { name: names.save }).click();
  await change(panel, 'My card is 4711');
  await panel.getByRole('button', { name: names.remove }).click();

  await note(anna, 'They shop here every month.');
  await expect(thread(anna).getByText('They shop here every month.')).toBeVisible();
  await anna.getByRole('button', { name: names.replyMode, exact: true }).click();
  await answer(anna, 'We do: tree days.');
  await expect(thread(panel).getByText('We do: tree days.')).toBeVisible(); // what is on its way can't be changed
  const reply = anna.getByRole('textbox', { name: names.reply });
  await reply.press('ArrowUp');
  await anna.getByRole('textbox', { name: names.changed }).fill('We do: three days.');
  await anna.getByRole('textbox', { name: names.changed }).press('Enter');
  await expect(reply).toBeFocused();

  const all = async (where: ReturnType<typeof thread>) => {
    for (const line of [`Do you ship to Norway? ${names.edited}`, names.deleted, `We do: three days. ${names.edited}`]) {
      await expect(where.getByText(line, { exact: true })).toHaveCount(1);
    }
    for (const gone of ['Noway', '4711', 'tree days']) await expect(where.getByText(gone)).toHaveCount(0);
  };
  await all(thread(panel));
  await all(thread(anna));
  await Promise.all([anna.reload(), shop.reload()]);
  const again = thread(await openChat(shop, server));
  await all(again);
  await all(thread(anna));
  await expect(again.getByText('They shop here every month.')).toHaveCount(0);
  await expect(thread(anna).getByText('They shop here every month.')).toHaveCount(1);
});
