import { writeFile } from 'node:fs/promises';
import { type Browser, type BrowserContextOptions, expect, type FrameLocator, type Locator, type Page, test as base } from '@playwright/test';
import { RawAgent } from './peer';
import { Server, type Settings } from './server';
import { Wire } from './wire';

export { expect } from '@playwright/test';
export { RawVisitor } from './peer';

/** The names by which people, and these tests, find things on screen; no other file has any. */
const english = {
  email: 'E-mail',
  password: 'Password',
  signIn: 'Sign in',
  // The visitor's widget.
  openChat: /^Open chat/,
  write: 'Message',
  send: 'Send',
  sending: 'Sending',
  first: 'You are next',
  second: 'You are 2nd in line',
  joined: (name: string) => `${name} has joined`,
  lost: (name: string) => `${name} lost the connection`,
  silent: (name: string) => `${name} could not answer in time`,
  idleEnd: 'since we had not heard from you',
  ended: 'Thank you for talking to us.',
  closed: 'We are closed right now',
  nobody: 'Nobody is here right now',
  leaveInstead: 'Leave a message instead',
  waitInstead: 'Wait in the queue instead',
  leaveMessage: 'Leave message',
  kept: 'We have your message',
  backOn: (day: string, time: string) => `We are back on ${day} at ${time}.`,
  yourEmail: 'E-mail',
  badEmail: 'This is not an e-mail address.',
  stillThere: 'Are you still there?',
  stillHere: 'I am still here',
  change: 'Change this message',
  changed: 'Your message',
  save: 'Save',
  remove: 'Delete',
  edited: '(edited)',
  deleted: 'Message deleted',
  // Both.
  attach: 'Attach a file',
  openFile: (name: string) => `Open ${name}`,
  download: (name: string) => `Download ${name}`,
  closePicture: 'Close the picture',
  tray: 'Files on their way',
  retry: 'Try again',
  // The agent's console.
  mine: /^Mine/,
  reply: /^Reply/,
  agentSend: 'Send',
  arrived: 'Delivered',
  notSent: 'Not sent.',
  close: 'Close',
  replyMode: 'Reply',
  noteMode: 'Note',
  note: /^Note on/,
  back: 'Back to the list',
  queue: /^Queue/,
  messages: /^Messages/,
  all: /^All/,
  online: 'Availability: Online',
  accepting: 'Accepting chats',
  load: (open: number) => new RegExp(`^${open} of \\d+ chats$`),
  accept: /^Accept /,
  decline: /^Decline /,
  ringsAtYou: 'Rings at you',
  unanswered: 'You did not pick up',
  more: 'More',
  why: 'Why here?',
  whyAssigned: (name: string) => `Assigned to ${name}`,
  leftOut: 'Who was left out',
  invite: 'Invite a colleague',
  inviteNow: 'Invite',
  leave: 'Leave',
  watching: (name: string) => `${name} has this conversation. You are watching silently: notes only.`,
  takeOver: 'Take over',
  tookOver: (name: string) => `${name} has taken over`,
  high: 'High',
};
const chinese: typeof english = {
  email: '邮箱',
  password: '密码',
  signIn: '登录',
  openChat: /^打开聊天/,
  write: '消息',
  send: '发送',
  sending: '发送中',
  first: '下一位就是您',
  second: '您排在第 2 位',
  joined: (name: string) => `${name} 已加入对话`,
  lost: (name: string) => `${name} 的连接断开了`,
  silent: (name: string) => `${name} 未能及时回复`,
  idleEnd: '长时间未收到您的回复',
  ended: '感谢您的咨询。',
  closed: '现在不在服务时间',
  nobody: '现在没有人在线',
  leaveInstead: '改为留言',
  waitInstead: '改为排队等候',
  leaveMessage: '提交留言',
  kept: '我们已收到您的留言',
  backOn: (day: string, time: string) => `我们${day} ${time} 回来。`,
  yourEmail: '电子邮箱',
  badEmail: '这不是电子邮箱地址',
  stillThere: '您还在吗？',
  stillHere: '我还在',
  change: '更改此消息',
  changed: '您的消息',
  save: '保存',
  remove: '删除',
  edited: '（已编辑）',
  deleted: '消息已删除',
  attach: '添加文件',
  openFile: (name: string) => `打开 ${name}`,
  download: (name: string) => `下载 ${name}`,
  closePicture: '关闭图片',
  tray: '正在上传的文件',
  retry: '重试',
  mine: /^我的/,
  reply: /^回复/,
  agentSend: '发送',
  arrived: '已送达',
  notSent: '未发送。',
  close: '结束',
  replyMode: '回复',
  noteMode: '备注',
  note: /备注，仅团队可见$/,
  back: '返回列表',
  queue: /^排队/,
  messages: /^留言/,
  all: /^全部/,
  online: '接待状态：在线',
  accepting: '接受新对话',
  load: (open: number) => new RegExp(`^${open} / \\d+ 个对话$`),
  accept: /^接听/,
  decline: /^拒绝/,
  ringsAtYou: '正在呼叫您',
  unanswered: '您未接听',
  more: '更多',
  why: '分配原因',
  whyAssigned: (name: string) => `分配给${name}`,
  leftOut: '未考虑的客服',
  invite: '邀请同事',
  inviteNow: '邀请',
  leave: '退出',
  watching: (name: string) => `此对话由${name}接待，您正在静默旁观，只能写备注。`,
  takeOver: '接管',
  tookOver: (name: string) => `${name} 已接手对话`,
  high: '高',
};
export const words = { 'en-US': english, 'zh-CN': chinese };
export type Language = keyof typeof words;

export const PASSWORD = 'foyer-demo';
export const ANNA = 'anna@demo.test';
export const CHLOE = 'chloe@demo.test';
export const BEN = 'ben@demo.test';
export const OWNER = 'owner@demo.test';

/** What a test gets. Everything is its own and is gone afterwards. */
export interface Fixtures {
  /** Settings that differ from the defaults, by variable. */
  settings: Settings;
  server: Server;
  /** A new person at a browser of their own. */
  browse: (options?: BrowserContextOptions) => Promise<Page>;
  /** Such a person behind a wire that can be cut. */
  browseByWire: () => Promise<{ page: Page; wire: Wire }>;
}

export const test = base.extend<Fixtures>({
  settings: [{}, { option: true }],

  server: async ({ settings }, use, info) => {
    const server = await Server.start(settings);
    await use(server);
    const code = await server.remove();
    if (info.status !== info.expectedStatus) await writeFile(info.outputPath('foyer.log'), server.output);
    expect(code, `exit code of foyer, which said:\n${server.output}`).toBe(0);
  },

  browse: async ({ browser }, use) => {
    const open = people(browser);
    await use(open.enter);
    await open.leave();
  },

  browseByWire: async ({ browse }, use) => {
    const wires: Wire[] = [];
    await use(async () => {
      const wire = await Wire.lay();
      wires.push(wire);
      return { page: await browse(wire.options), wire };
    });
    for (const wire of wires) wire.remove();
  },
});

function people(browser: Browser) {
  const pages: Page[] = [];
  return {
    async enter(options: BrowserContextOptions = {}): Promise<Page> {
      const page = await (await browser.newContext(options)).newPage();
      pages.push(page);
      return page;
    },
    async leave(): Promise<void> {
      for (const page of pages) await page.context().close();
    },
  };
}

/** An agent on a raw socket. */
export function rawAgent(server: Server, email: string): Promise<RawAgent> {
  return RawAgent.signIn(server, email, PASSWORD);
}

/** Changes the department that has the demo shop's visitors; everything else of it stays. */
export async function setDepartment(owner: RawAgent, more: Readonly<Record<string, unknown>>): Promise<void> {
  const departments = (await owner.api('GET', '/departments'))['items'] as { id: string; default: boolean }[];
  const { id, members: _, ...now } = departments.find((one) => one.default)! as Readonly<Record<string, unknown>>;
  await owner.api('PUT', `/departments/${String(id)}`, { ...now, ...more });
}

/** Signs an agent in by the form, and waits for the console. */
export async function signIn(page: Page, server: Server, email: string, language: Language = 'en-US'): Promise<void> {
  const names = words[language];
  await page.goto(`${server.origin}/login`);
  await page.getByLabel(names.email).fill(email);
  await page.getByLabel(names.password).fill(PASSWORD);
  await page.getByRole('button', { name: names.signIn }).click();
  await expect(page.getByRole('tab', { name: names.mine })).toBeVisible();
}

/** Goes to the pretend shop and opens the chat there; returns the panel. */
export async function demoVisitor(page: Page, server: Server, language: Language = 'en-US'): Promise<FrameLocator> {
  await page.goto(server.shop);
  return openChat(page, server, language);
}

/** Opens the chat by its launcher; returns the panel, which comes from another site than the page. */
export async function openChat(page: Page, server: Server, language: Language = 'en-US'): Promise<FrameLocator> {
  await page.getByRole('button', { name: words[language].openChat }).click();
  const panel = page.frameLocator(`iframe[src^="${server.origin}/widget/panel"]`);
  await expect(panel.getByRole('textbox', { name: words[language].write })).toBeVisible();
  return panel;
}

/** The lines of the conversation on screen, in the panel or the console. */
export function thread(where: FrameLocator | Page): Locator {
  return where.getByRole('log');
}

/** Says a line as the visitor; the first one begins the conversation. */
export async function ask(panel: FrameLocator, text: string, language: Language = 'en-US'): Promise<void> {
  await panel.getByRole('textbox', { name: words[language].write }).fill(text);
  await panel.getByRole('button', { name: words[language].send, exact: true }).click();
}

/** Fills in the form to leave a message and sends it; without `text` what stands in it already. */
export async function leave(panel: FrameLocator, email: string, text?: string, language: Language = 'en-US'): Promise<void> {
  const names = words[language];
  await panel.getByRole('textbox', { name: names.yourEmail }).fill(email);
  if (text !== undefined) await panel.getByRole('textbox', { name: names.write }).fill(text);
  await panel.getByRole('button', { name: names.leaveMessage, exact: true }).click();
}

/** Says a line as the agent, in the conversation that is open in the console. */
export async function answer(page: Page, text: string, language: Language = 'en-US'): Promise<void> {
  await page.getByRole('textbox', { name: words[language].reply }).fill(text);
  await page.getByRole('button', { name: words[language].agentSend, exact: true }).click();
}

/** Writes a note for colleagues on the conversation that is open in the console. */
export async function note(page: Page, text: string, language: Language = 'en-US'): Promise<void> {
  await page.getByRole('button', { name: words[language].noteMode, exact: true }).click();
  const field = page.getByRole('textbox', { name: words[language].note });
  await field.fill(text);
  await field.press('Enter');
}

/** Begins to change a line of one's own, in panel or console. */
export async function change(where: FrameLocator | Page, text: string, language: Language = 'en-US'): Promise<void> {
  const line = thread(where).getByText(text);
  await line.hover();
  await line.getByRole('button', { name: words[language].change }).click();
}

/** A file to choose, as Playwright hands it to a page. */
export interface Chosen {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A picture of a teapot's box, drawn by the browser itself. */
export async function picture(page: Page, name: string): Promise<Chosen> {
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 400);
    const brush = canvas.getContext('2d')!;
    const sky = brush.createLinearGradient(0, 0, 640, 400);
    sky.addColorStop(0, '#c86b3c');
    sky.addColorStop(1, '#2d5b52');
    brush.fillStyle = sky;
    brush.fillRect(0, 0, 640, 400);
    brush.fillStyle = '#fff8ec';
    brush.fillRect(180, 90, 280, 220);
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  });
  return { name, mimeType: 'image/png', buffer: Buffer.from(bytes) };
}

/** Chooses files by the paper clip, in the panel or the console. */
export async function attach(where: FrameLocator | Page, files: Chosen[]): Promise<void> {
  await where.locator('input[type=file]').setInputFiles(files);
}

/** The row in the console's list of a conversation whose last line has `text`. */
export function row(page: Page, text: string): Locator {
  return page.getByRole('tabpanel').getByRole('listitem').filter({ hasText: text });
}

/** Opens a conversation in the console. */
export async function open(page: Page, text: string): Promise<void> {
  await row(page, text).getByRole('link').click();
}

/** Ends the conversation that is open in the console. */
export async function close(page: Page, language: Language = 'en-US'): Promise<void> {
  const button = { name: words[language].close, exact: true };
  await page.getByRole('button', button).click();
  await page.getByRole('dialog').getByRole('button', button).click();
}
