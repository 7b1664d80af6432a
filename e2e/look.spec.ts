import type { BrowserContextOptions } from '@playwright/test';
import {
  ANNA,
  answer,
  ask,
  attach,
  BEN,
  change,
  close,
  demoVisitor,
  expect,
  type Language,
  note,
  open,
  OWNER,
  picture,
  rawAgent,
  RawVisitor,
  setDepartment,
  signIn,
  test,
  thread,
  words,
} from './foyer';
import { look } from './look';

const languages: readonly Language[] = ['en-US', 'zh-CN'];
const themes = ['light', 'dark'] as const;

for (const language of languages) {
  for (const theme of themes) {
    const options: BrowserContextOptions = { locale: language, colorScheme: theme };
    const names = words[language];
    const view = (screen: string) => `${screen}-${language}-${theme}`;

    test(`the screens of agent and visitor, ${language}, ${theme}`, async ({ server, browse }) => {
      test.setTimeout(120_000);
      const anna = await browse(options);
      await anna.goto(`${server.origin}/login`);
      await look(anna, view('login'));
      await signIn(anna, server, ANNA, language);
      await look(anna, view('console-empty'));

      const shop = await browse(options);
      const panel = await demoVisitor(shop, server, language);
      await look(shop, view('widget-start'));
      await ask(panel, 'Which tea for the morning? 早上喝什么茶？', language);
      await open(anna, 'Which tea for the morning?');
      await answer(anna, 'Assam, with milk. 阿萨姆红茶，加牛奶。', language);
      await expect(thread(panel).getByText('Assam, with milk.')).toBeVisible();
      await look(shop, view('widget-conversation'));
      await look(anna, view('console-conversation'));
      await change(panel, 'Which tea for the morning?', language);
      await look(shop, view('widget-changing'));
      await panel.getByRole('textbox', { name: names.changed }).press('Escape');
      await note(anna, 'They come every morning. 每天早上都来。', language);
      await expect(thread(anna).getByText('They come every morning.')).toBeVisible();
      await change(anna, 'Assam, with milk.', language);
      await look(anna, view('console-menu'));
      await anna.getByRole('menuitem').first().click();
      await look(anna, view('console-changing'));
      await anna.getByRole('textbox', { name: names.changed }).press('Escape');

      await anna.getByRole('button', { name: names.replyMode, exact: true }).click();
      await attach(panel, [await picture(shop, 'box.png'), { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc((10 << 20) + 1) }]);
      await attach(anna, [{ name: 'How to brew, 怎么泡.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') }]);
      for (const where of [thread(panel), thread(anna)]) {
        await expect(where.getByRole('img', { name: 'box.png' })).toHaveJSProperty('complete', true);
        await expect(where.getByText('How to brew')).toBeVisible();
      }
      await look(shop, view('widget-files'));
      await look(anna, view('console-files'));
      await thread(anna).getByRole('button', { name: names.openFile('box.png') }).click();
      await look(anna, view('console-picture'));
      await anna.keyboard.press('Escape');
      await thread(panel).getByRole('button', { name: names.openFile('box.png') }).click();
      await look(shop, view('widget-picture'));
      await panel.getByRole('button', { name: names.closePicture }).click();

      await close(anna, language);
      await expect(panel.getByText(names.ended)).toBeVisible();
      await look(shop, view('widget-ended'));
      await look(anna, view('console-ended'));
    });

    // Half of the combinations: each language, each theme, and a minute less.
    if ((language === 'en-US') !== (theme === 'light')) continue;
    test(`the screens of what rings and of supervisors, ${language}, ${theme}`, async ({ server, browse }) => {
      test.setTimeout(120_000);
      const ben = await rawAgent(server, BEN);
      const visitor = await RawVisitor.arrive(server);
      const taken = await visitor.ask('Where is my parcel? 我的包裹在哪里？', 'Maya');
      await ben.hears({ t: 'event', conv: taken, kind: 'assigned' });
      const olivia = await browse(options);
      await signIn(olivia, server, OWNER, language);
      await olivia.getByRole('tab', { name: names.all }).click();
      await open(olivia, 'Where is my parcel?');
      await look(olivia, view('console-watching'));
      await olivia.getByRole('button', { name: names.more, exact: true }).click();
      await look(olivia, view('console-more'));
      await olivia.getByRole('menuitem', { name: names.why }).click();
      await expect(olivia.getByRole('dialog').getByText(names.leftOut)).toBeVisible();
      await look(olivia, view('console-why'));
      await olivia.keyboard.press('Escape');
      await olivia.getByRole('button', { name: names.takeOver }).click();
      await look(olivia, view('console-take-over'));
      await olivia.getByRole('dialog').getByRole('button', { name: names.takeOver }).click();
      await expect(olivia.getByRole('textbox', { name: names.reply })).toBeVisible();

      await setDepartment(await rawAgent(server, OWNER), { mode: 'offer', offer_s: 120 });
      await ben.api('PUT', '/me/accepting', { accepting: false });
      await (await RawVisitor.arrive(server)).ask('Which tea for the morning? 早上喝什么茶？', '王小明');
      await expect(olivia.getByRole('button', { name: names.accept })).toBeVisible();
      await look(olivia, view('console-ringing'));
      await olivia.getByRole('button', { name: names.more, exact: true }).click();
      await olivia.getByRole('menuitem', { name: names.invite }).click();
      await expect(olivia.getByRole('dialog').getByRole('radio', { name: 'Ben' })).toBeVisible();
      await look(olivia, view('console-invite'));
      await olivia.keyboard.press('Escape');
      await olivia.getByRole('tab', { name: names.messages }).click();
      await look(olivia, view('console-messages'));
    });
  }
}
