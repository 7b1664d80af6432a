import { ANNA, answer, ask, demoVisitor, expect, open, openChat, row, signIn, test, thread, words } from './foyer';

test('a visitor and an agent talk, and both find it all after a reload', async ({ server, browse }) => {
  const anna = await browse();
  await signIn(anna, server, ANNA);
  const shop = await browse();
  const panel = await demoVisitor(shop, server);

  const box = panel.getByRole('textbox', { name: words['en-US'].write });
  await box.fill('Do you ship to Norway?');
  const asked = Date.now();
  // Not by expect, which looks more and more seldom.
  await Promise.all([box.press('Enter'), row(anna, 'Do you ship to Norway?').waitFor()]);
  expect(Date.now() - asked, 'until Anna has the question, ms').toBeLessThan(1_000);

  await open(anna, 'Do you ship to Norway?');
  await answer(anna, 'We do: three days.');
  await expect(thread(panel).getByText('We do: three days.')).toBeVisible();
  await ask(panel, 'Lovely, thank you!');
  await expect(thread(anna).getByText('Lovely, thank you!')).toBeVisible();

  await Promise.all([anna.reload(), shop.reload()]);
  const again = await openChat(shop, server);
  for (const line of ['Do you ship to Norway?', 'We do: three days.', 'Lovely, thank you!']) {
    await expect(thread(anna).getByText(line)).toHaveCount(1);
    await expect(thread(again).getByText(line)).toHaveCount(1);
  }
});
