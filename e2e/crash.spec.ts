import { ANNA, answer, ask, demoVisitor, expect, open, rawAgent, signIn, test, thread, words } from './foyer';

test('a line whose ack died with the server arrives once', async ({ server, browse, browseByWire }) => {
  const anna = await browse();
  await signIn(anna, server, ANNA);
  const { page: shop, wire } = await browseByWire();
  const panel = await demoVisitor(shop, server);
  await ask(panel, 'Is my tea on its way?');
  await open(anna, 'Is my tea on its way?');
  await answer(anna, 'Let me look.');
  await expect(thread(panel).getByText('Let me look.')).toBeVisible();

  // The server hears and stores the line, and tells Anna; the visitor never hears so.
  const witness = await rawAgent(server, ANNA);
  wire.deafen();
  await ask(panel, 'The order is 4711.');
  await witness.hears({ t: 'event', kind: 'message', text: 'The order is 4711.' });
  await expect(thread(panel).getByText(words['en-US'].sending)).toBeVisible();
  await server.kill();
  wire.mend();
  await server.start();

  // Lines go out in order: when this one has an ack, whatever was to come before it has come.
  await ask(panel, 'Are you still there?');
  await expect(thread(panel).getByText(words['en-US'].sending)).toHaveCount(0, { timeout: 30_000 });
  await expect(thread(anna).getByText('Are you still there?')).toBeVisible({ timeout: 30_000 });
  for (const view of [thread(anna), thread(panel)]) {
    await expect(view.getByText('The order is 4711.')).toHaveCount(1);
    await expect(view.getByText('Are you still there?')).toHaveCount(1);
  }
  await answer(anna, 'Yes, and it is on the truck.');
  await expect(thread(panel).getByText('Yes, and it is on the truck.')).toBeVisible({ timeout: 30_000 });
});
