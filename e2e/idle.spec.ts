import { randomUUID } from 'node:crypto';
import { ANNA, ask, BEN, demoVisitor, expect, OWNER, rawAgent, setDepartment, test, thread, words } from './foyer';

const names = words['en-US'];

test('a visitor who is silent is warned, stays by a word, and reads why it ended otherwise', async ({ server, browse }) => {
  const owner = await rawAgent(server, OWNER);
  await setDepartment(owner, { idle_warn_s: 1, idle_close_s: 8 });
  owner.close();
  const ben = await rawAgent(server, BEN);
  const panel = await demoVisitor(await browse(), server);
  await ask(panel, 'Which tea for the morning?');
  const { conv } = await ben.hears({ t: 'event', kind: 'assigned' });
  const say = (text: string) => ben.api('POST', `/conversations/${String(conv)}/messages`, { cid: randomUUID(), text });
  await say('Assam, with milk.');
  const timer = panel.getByRole('timer');
  await expect(timer).toBeVisible();
  await expect(thread(panel).getByText(names.stillThere)).toBeVisible();
  await panel.getByRole('button', { name: names.stillHere }).click();
  await ben.hears({ t: 'event', kind: 'message', text: names.stillHere });
  await expect(timer).toBeHidden();

  await say('Anything else?');
  await expect(timer).toBeVisible();
  await expect(thread(panel).getByText(names.idleEnd)).toBeVisible({ timeout: 20_000 });
  await expect(panel.getByText(names.ended)).toBeVisible();
  await expect(timer).toBeHidden();
});

test('a visitor whose agent does not answer gets another, and reads why', async ({ server, browse }) => {
  const owner = await rawAgent(server, OWNER);
  await setDepartment(owner, { silent_s: 2 });
  owner.close();
  const anna = await rawAgent(server, ANNA);
  const panel = await demoVisitor(await browse(), server);
  await ask(panel, 'Which tea for the morning?');
  await anna.hears({ t: 'event', kind: 'assigned' });
  const ben = await rawAgent(server, BEN);
  await ben.hears({ t: 'event', kind: 'assigned', agent: { name: 'Ben' } });
  await expect(thread(panel).getByText(names.silent('Anna'))).toBeVisible();
  await expect(thread(panel).getByText(names.joined('Ben'))).toBeVisible();
});
