import type { BrowserContextOptions } from '@playwright/test';
import { ANNA, answer, ask, change, close, demoVisitor, expect, type Language, note, open, signIn, test, thread, words } from './foyer';
import { look } from './look';

const languages: readonly Language[] = ['en-US', 'zh-CN'];
const themes = ['light', 'dark'] as const;

for (const language of languages) {
  for (const theme of themes) {
    const options: BrowserContextOptions = { locale: language, colorScheme: theme };
    const names = words[language];
    const picture = (screen: string) => `${screen}-${language}-${theme}`;

    test(`the screens of agent and visitor, ${language}, ${theme}`, async ({ server, browse }) => {
      test.setTimeout(120_000);
      const anna = await browse(options);
      await anna.goto(`${server.origin}/login`);
      await look(anna, picture('login'));
      await signIn(anna, server, ANNA, language);
      await look(anna, picture('console-empty'));

      const shop = await browse(options);
      const panel = await demoVisitor(shop, server, language);
      await look(shop, picture('widget-start'));
      await ask(panel, 'Which tea for the morning? 早上喝什么茶？', language);
      await open(anna, 'Which tea for the morning?');
      await answer(anna, 'Assam, with milk. 阿萨姆红茶，加牛奶。', language);
      await expect(thread(panel).getByText('Assam, with milk.')).toBeVisible();
      await look(shop, picture('widget-conversation'));
      await look(anna, picture('console-conversation'));
      await change(panel, 'Which tea for the morning?', language);
      await look(shop, picture('widget-changing'));
      await panel.getByRole('textbox', { name: names.changed }).press('Escape');
      await note(anna, 'They come every morning. 每天早上都来。', language);
      await expect(thread(anna).getByText('They come every morning.')).toBeVisible();
      await change(anna, 'Assam, with milk.', language);
      await look(anna, picture('console-menu'));
      await anna.getByRole('menuitem').first().click();
      await look(anna, picture('console-changing'));
      await anna.getByRole('textbox', { name: names.changed }).press('Escape');

      await close(anna, language);
      await expect(panel.getByText(names.ended)).toBeVisible();
      await look(shop, picture('widget-ended'));
      await look(anna, picture('console-ended'));
    });
  }
}
