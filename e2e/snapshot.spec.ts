import { ANNA, answer, BEN, expect, open, rawAgent, RawVisitor, row, signIn, test, thread, words } from './foyer';
import type { Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import type { RawAgent } from './peer';
import type { Server } from './server';

const names = words['en-US'];

/** What an agent sees of everything: each list with its count, the thread, and whose turn it is. */
async function seen(page: Page): Promise<string> {
  const out: string[] = [];
  const tabs = page.getByRole('tablist').getByRole('tab');
  for (let i = 0; i < (await tabs.count()); i++) {
    const tab = tabs.nth(i);
    await tab.click();
    out.push(`# ${await tab.innerText()}`, ...(await page.getByRole('tabpanel').getByRole('listitem').allInnerTexts()));
  }
  await tabs.first().click();
  out.push('# thread', await thread(page).innerText(), '# page', await page.locator('body').innerText());
  // How long ago something was grows by itself, at its own pace on each page.
  return out.join('\n').replace(/\b\d+:\d\d\b|\b\d+ ?(s|sec|min|m)\b( ago)?|\bnow\b/g, '<time>');
}

/** What others do while the console hears nothing: see docs/testing.md for what of it there is. */
async function change(server: Server, anna: RawAgent, ben: RawAgent, visitors: Record<string, RawVisitor>, convs: Record<string, string>, annasId: string): Promise<void> {
  const bens = (await ben.api('GET', '/me'))['id'];
  const support = ((await ben.api('GET', '/departments'))['items'] as { id: string }[])[0]!.id;
  const say = (who: RawVisitor, conv: string, text: string) => who.say({ t: 'send', conv, cid: randomUUID(), text });

  say(visitors['open']!, convs['open']!, 'A line while you were away');
  await visitors['open']!.hears({ t: 'event', text: 'A line while you were away' });
  await anna.api('POST', `/conversations/${convs['open']}/messages`, { cid: randomUUID(), text: 'Said by Anna elsewhere' });
  await anna.api('POST', `/conversations/${convs['open']}/messages`, { cid: randomUUID(), text: 'A note by Anna elsewhere', note: true });
  await ben.api('POST', `/conversations/${convs['open']}/messages`, { cid: randomUUID(), text: 'A note by Ben', note: true });
  const last = await visitors['open']!.hears({ t: 'event', text: 'Said by Anna elsewhere' });
  visitors['open']!.say({ t: 'read', conv: convs['open'], seq: last['seq'] });
  await amend(anna, ben, visitors['open']!, convs['open']!);

  await anna.api('POST', `/conversations/${convs['away']}/transfer`, { agent: bens, note: 'Yours, Ben' });
  await ben.api('POST', `/conversations/${convs['here']}/transfer`, { agent: annasId });
  await ben.api('PUT', '/me/availability', { status: 'away' });
  await anna.api('PUT', '/me/availability', { status: 'away' });
  await anna.api('POST', `/conversations/${convs['department']}/transfer`, { department: support });
  await anna.api('POST', `/conversations/${convs['closed']}/close`, { reason: 'solved' });
  visitors['ended']!.say({ t: 'end', id: 'end', conv: convs['ended'] });
  await visitors['ended']!.hears({ t: 'event', kind: 'closed' });

  const waits = await RawVisitor.arrive(server);
  convs['waits'] = await waits.ask('I have just come', 'Newcomer');
  const taken = await RawVisitor.arrive(server);
  convs['taken'] = await taken.ask('Somebody takes me', 'Taken');
  await anna.api('POST', `/conversations/${convs['taken']}/take`);
  visitors['gone']!.close();
  await ben.hears({ t: 'presence', online: false });
}

/** Edits and deletes of what was shown already and of what was not, a note edited, a file, and what arrived but was not read. */
async function amend(anna: RawAgent, ben: RawAgent, visitor: RawVisitor, conv: string): Promise<void> {
  const path = `/conversations/${conv}/messages`;
  const tell = async (who: RawAgent, text: string, note = false) => Number((await who.api('POST', path, { cid: randomUUID(), text, note }))['seq']);
  const heard = async (who: RawAgent | RawVisitor, text: string) => Number((await who.hears({ t: 'event', text }))['seq']);
  const ask = (text: string) => {
    visitor.say({ t: 'send', conv, cid: randomUUID(), text });
    return heard(visitor, text);
  };
  const answered = async (frame: { readonly t: string; readonly [field: string]: unknown }) => {
    const id = randomUUID();
    visitor.say({ id, conv, ...frame });
    await visitor.hears({ t: 'ok', id });
  };
  await answered({ t: 'edit', seq: await heard(visitor, 'Question: open'), text: 'Question, asked better: open' });
  await answered({ t: 'delete', seq: await heard(visitor, 'Taken back later') });
  await anna.api('PATCH', `${path}/${await heard(anna, 'Before the break')}`, { text: 'Edited during the break' });
  await answered({ t: 'edit', seq: await ask('Asked with a misteak'), text: 'Asked without a mistake' });
  await answered({ t: 'delete', seq: await ask('Asked too soon') });
  await anna.api('PATCH', `${path}/${await tell(anna, 'Answered with a misteak')}`, { text: 'Answered without a mistake' });
  await anna.api('DELETE', `${path}/${await tell(anna, 'Answered too soon')}`);
  await ben.api('PATCH', `${path}/${await tell(ben, 'A note with a misteak', true)}`, { text: 'A note without a mistake' });
  await anna.api('POST', path, { cid: randomUUID(), file: await anna.upload(conv, 'How to brew.txt', 'three minutes') });
  const file = await visitor.hears({ t: 'event', kind: 'file' });
  visitor.say({ t: 'received', conv, seq: file['seq'] });
  await anna.hears({ t: 'received', conv, by: { type: 'visitor' } });
}

test('after a break the console shows what a fresh one does', async ({ server, browse, browseByWire }) => {
  test.setTimeout(120_000);
  const anna = await rawAgent(server, ANNA);
  const ben = await rawAgent(server, BEN);
  await ben.api('PUT', '/me/availability', { status: 'away' });
  const visitors: Record<string, RawVisitor> = {};
  const convs: Record<string, string> = {};
  const arrive = async (name: string) => {
    visitors[name] = await RawVisitor.arrive(server);
    convs[name] = await visitors[name].ask(`Question: ${name}`, `Visitor ${name}`);
    await visitors[name].hears({ t: 'event', kind: 'assigned' });
  };
  for (const name of ['open', 'away', 'department', 'closed']) await arrive(name);
  await anna.api('PUT', '/me/availability', { status: 'away' });
  await ben.api('PUT', '/me/availability', { status: 'online' });
  for (const name of ['here', 'ended', 'gone']) await arrive(name);
  await anna.api('PUT', '/me/availability', { status: 'online' });
  const annasId = String((await anna.api('GET', '/me'))['id']);

  const { page, wire } = await browseByWire();
  await signIn(page, server, ANNA);
  await open(page, 'Question: open');
  visitors['open']!.say({ t: 'send', conv: convs['open'], cid: randomUUID(), text: 'Taken back later' });
  await expect(thread(page).getByText('Taken back later')).toBeVisible();
  await answer(page, 'Before the break');
  await expect(thread(page).getByText('Before the break')).toBeVisible();
  const before = await seen(page);

  wire.freeze();
  await change(server, anna, ben, visitors, convs, annasId);
  wire.mend();
  const file = { name: names.download('How to brew.txt') };
  await expect(thread(page).getByRole('link', file).or(thread(page).getByRole('button', file))).toBeVisible();
  await expect(page.getByRole('tab', { name: names.mine })).toBeVisible();

  const fresh = await browse();
  await signIn(fresh, server, ANNA);
  await fresh.goto(page.url());
  await expect(thread(fresh).getByRole('link', file).or(thread(fresh).getByRole('button', file))).toBeVisible();
  await expect(row(fresh, 'How to brew.txt')).toBeVisible();
  const now = await seen(fresh);
  for (const said of ['A note by Ben', 'A note without a mistake', 'Edited during the break', 'Question, asked better: open', names.deleted, names.arrived]) expect(now).toContain(said);
  await expect.poll(() => seen(page)).toBe(now);
  expect(await seen(page), 'what was seen before').not.toBe(before);
});
