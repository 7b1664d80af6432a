import { performance } from 'node:perf_hooks';
import { matches } from './peer';
import { ANNA, ask, BEN, demoVisitor, expect, rawAgent, RawVisitor, row, signIn, test, thread, words } from './foyer';

/** By default an agent is gone after 18 s without a byte, and keeps conversations 12 s more. */
const DEAD = 18_000;
const GRACE = 12_000;
/** How late a deadline may be noticed and told, ms: one sweep of the database and a moment. */
const LATE = 1_500;

test('the conversation of an agent whose connection froze goes to a colleague', async ({ server, browse, browseByWire }) => {
  test.setTimeout(120_000);
  const { page: anna, wire } = await browseByWire();
  await signIn(anna, server, ANNA);
  const panel = await demoVisitor(await browse(), server);
  await ask(panel, 'Which tea for the morning?');
  await expect(row(anna, 'Which tea for the morning?')).toBeVisible();
  // Only now Ben comes, so that the conversation can't have been his.
  const bensConsole = await browse();
  await signIn(bensConsole, server, BEN);
  const ben = await rawAgent(server, BEN);
  const colleagues = (await ben.api('GET', '/agents'))['items'] as { id: string; name: string }[];
  const annasId = colleagues.find((agent) => agent.name.startsWith('Anna'))?.id;

  wire.freeze();
  const frozen = performance.now();
  const gone = await ben.hears({ t: 'presence', agent: annasId, status: 'offline' }, { within: DEAD + LATE });
  expect(gone.heardAt - frozen, 'until Anna counts as gone, ms').toBeLessThan(DEAD + 500);
  const lost = await ben.hears({ t: 'event', kind: 'agent_lost' }, { within: GRACE + LATE });
  const taken = await ben.hears({ t: 'event', kind: 'assigned', agent: { name: 'Ben' } });
  expect(lost.heardAt - gone.heardAt, 'how long Anna kept it, ms').toBeGreaterThan(GRACE - 500);
  expect(taken.heardAt - gone.heardAt, 'until Ben has it, ms').toBeLessThan(GRACE + LATE);

  await expect(row(bensConsole, 'Which tea for the morning?')).toBeVisible();
  await expect(thread(panel).getByText(words['en-US'].lost('Anna'))).toBeVisible();
  await expect(thread(panel).getByText(words['en-US'].joined('Ben'))).toBeVisible();
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
