import { ask, BEN, demoVisitor, expect, rawAgent, RawVisitor, test, words } from './foyer';
import type { RawAgent } from './peer';
import type { Server } from './server';

const names = words['en-US'];

/** Takes all but `free` of the agent's places, so that the next `free` visitors are connected and no more. */
async function fill(server: Server, agent: RawAgent, free: number): Promise<void> {
  const me = await agent.api('GET', '/me');
  for (let taken = Number(me['limit']) - free; taken > 0; taken--) {
    const visitor = await RawVisitor.arrive(server);
    await visitor.ask(`one of ${taken} more`);
    await visitor.hears({ t: 'event', kind: 'assigned' });
  }
}

test('of two visitors and one free place the second waits first in line, and no longer than it is taken', async ({ server, browse }) => {
  const ben = await rawAgent(server, BEN);
  await fill(server, ben, 1);
  const first = await RawVisitor.arrive(server);
  const taken = await first.ask('I am first');
  await first.hears({ t: 'event', conv: taken, kind: 'assigned' });

  const second = await RawVisitor.arrive(server);
  const waiting = await second.ask('I am second');
  await second.hears({ t: 'queue', conv: waiting, position: 1 });
  const panel = await demoVisitor(await browse(), server);
  await ask(panel, 'I am third');
  await expect(panel.getByText(names.second)).toBeVisible();

  const closed = performance.now();
  await ben.api('POST', `/conversations/${taken}/close`, {});
  const assigned = await second.hears({ t: 'event', conv: waiting, kind: 'assigned' });
  expect(assigned.heardAt - closed, 'from the end of the first to the second connected, ms').toBeLessThan(100);
  await expect(panel.getByText(names.first)).toBeVisible();

  await ben.api('POST', `/conversations/${waiting}/close`, {});
  await expect(panel.getByText(names.joined('Ben'))).toBeVisible();
  await expect(panel.getByText(names.first)).toBeHidden();
});
