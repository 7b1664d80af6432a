import type { FrameLocator } from '@playwright/test';
import { performance } from 'node:perf_hooks';
import { matches } from './peer';
import { ANNA, answer, ask, BEN, CHLOE, demoVisitor, expect, open, rawAgent, RawVisitor, row, signIn, test, thread, words } from './foyer';

const names = words['en-US'];

/** By default an agent is gone after 18 s without a byte, and keeps conversations 12 s more. */
const DEAD = 18_000;
const GRACE = 12_000;
/** How late a deadline may be noticed and told, ms: one sweep of the database and a moment. */
const LATE = 1_500;

test('what an agent had whose lid fell goes to colleagues, and nothing typed is lost', async ({ server, browse, browseByWire }) => {
  test.setTimeout(150_000);
  const { page: anna, wire } = await browseByWire();
  await signIn(anna, server, ANNA);
  const questions = ['Which tea for the morning?', 'And which for the evening?', 'Do you sell cups, too?'] as const;
  const panels: FrameLocator[] = [];
  for (const question of questions) {
    const panel = await demoVisitor(await browse(), server);
    await ask(panel, question);
    await expect(row(anna, question)).toBeVisible();
    panels.push(panel);
  }
  const [morning, evening] = panels as [FrameLocator, FrameLocator];
  // Only now the others come, so that nothing can have been theirs.
  const bensConsole = await browse();
  await signIn(bensConsole, server, BEN);
  const [ben, chloe] = [await rawAgent(server, BEN), await rawAgent(server, CHLOE)];
  const hers = (await ben.api('GET', '/conversations?state=active'))['items'] as { id: string; owner: { id: string; name: string }; last: { text: string } }[];
  expect(hers.map((conv) => [conv.last.text, conv.owner.name]).sort()).toEqual([...questions].sort().map((text) => [text, 'Anna']));
  await open(anna, questions[2]);

  wire.freeze();
  const frozen = performance.now();
  await answer(anna, 'We do, in blue.');
  await ask(morning, 'I have milk, too.');
  await evening.getByRole('textbox', { name: names.write }).fill('Without caffeine, if');
  const gone = await ben.hears({ t: 'presence', agent: hers[0]!.owner.id, status: 'offline' }, { within: DEAD + LATE });
  expect(gone.heardAt - frozen, 'until Anna counts as gone, ms').toBeLessThan(DEAD + 500);
  const owners: string[] = [];
  for (const { id } of hers) {
    // Of one conversation only who has it hears.
    const taken = await Promise.any([
      ben.hears({ t: 'event', conv: id, kind: 'assigned', agent: { name: 'Ben' } }, { within: GRACE + LATE }),
      chloe.hears({ t: 'event', conv: id, kind: 'assigned', agent: { name: 'Chloe' } }, { within: GRACE + LATE }),
    ]);
    expect(taken.heardAt - gone.heardAt, 'how long Anna kept it, ms').toBeGreaterThan(GRACE - 500);
    expect(taken.heardAt - frozen, 'until a colleague has it, ms').toBeLessThan(DEAD + GRACE + 500);
    owners.push((taken['agent'] as { name: string }).name);
  }
  expect(new Set(owners), 'who has them').toEqual(new Set(['Ben', 'Chloe']));

  // The visitors read why, and what was typed is there.
  for (const panel of panels) {
    await expect(thread(panel).getByText(names.lost('Anna'))).toBeVisible();
    await expect(thread(panel).getByText(names.joined('Ben')).or(thread(panel).getByText(names.joined('Chloe')))).toBeVisible();
  }
  await expect(thread(morning).getByText('I have milk, too.')).toHaveCount(1);
  await expect(evening.getByRole('textbox', { name: names.write })).toHaveValue('Without caffeine, if');
  const first = hers.find((conv) => conv.last.text === questions[0])!;
  const { items } = (await ben.api('GET', `/conversations/${first.id}/messages`)) as { items: { kind: string; text: string }[] };
  expect(items.filter((event) => event.kind === 'message').map((event) => event.text)).toEqual([questions[0], 'I have milk, too.']);
  await expect(bensConsole.getByRole('tabpanel').getByRole('listitem')).toHaveCount(owners.filter((name) => name === 'Ben').length);

  // Her lid is up again: what she could not say stays before her, and is not said in a conversation that is somebody else's.
  wire.mend();
  await expect(thread(anna).getByText(names.notSent)).toBeVisible({ timeout: 30_000 });
  await expect(thread(anna).getByText('We do, in blue.')).toHaveCount(1);
  await expect(thread(panels[2]!).getByText('We do, in blue.')).toHaveCount(0);
});

test.describe('with short times', () => {
  test.use({ settings: { FOYER_SOCKET_AGENT_PING: '400ms', FOYER_SOCKET_AGENT_DEAD: '1s', FOYER_QUEUE_AGENT_GRACE: '2s' } });

  test('what a lost agent had comes before whoever began to wait meanwhile', async ({ server }) => {
    const anna = await rawAgent(server, ANNA);
    const older = await RawVisitor.arrive(server);
    const returned = await older.ask('I came first');
    await older.hears({ t: 'event', conv: returned, kind: 'assigned' });
    const ben = await rawAgent(server, BEN);
    await ben.api('PUT', '/me/availability', { status: 'away' });

    anna.freeze();
    await ben.hears({ t: 'presence', status: 'offline' });
    const newer = await RawVisitor.arrive(server);
    const waiting = await newer.ask('I came while she was gone');
    await newer.hears({ t: 'queue', conv: waiting, position: 1 });
    await older.hears({ t: 'event', conv: returned, kind: 'agent_lost' });
    await older.hears({ t: 'queue', conv: returned, position: 1 });
    await newer.hears({ t: 'queue', conv: waiting, position: 2 });

    const back = performance.now();
    await ben.api('PUT', '/me/availability', { status: 'online' });
    const first = await older.hears({ t: 'event', conv: returned, kind: 'assigned', agent: { name: 'Ben' } });
    await newer.hears({ t: 'event', conv: waiting, kind: 'assigned' });
    expect(first.heardAt - back, 'from Ben back to the older connected, ms').toBeLessThan(100);
    // By one socket: two may be written to in any order.
    await ben.hears({ t: 'event', conv: waiting, kind: 'assigned' });
    const given = ben.heard.filter((frame) => matches(frame, { t: 'event', kind: 'assigned', agent: { name: 'Ben' } })).map((frame) => frame['conv']);
    expect(given).toEqual([returned, waiting]);
  });
});
