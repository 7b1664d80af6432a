// Builds what browsers load into static/dist: the console, the visitor's panel and the widget loader.
// Go reads static/dist/manifest.json to find the hashed files. Fails when a budget is broken.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'static/dist');
const CONSOLE = 'static/console/main.tsx';
const PANEL = 'widget/panel/main.tsx';
const LOADER = 'widget/loader/loader.ts';
/** Files above this size get a `.br` and a `.gz` beside them, bytes. */
const WORTH_COMPRESSING = 1000;
const TEXT = new Set(['.js', '.css', '.svg', '.json', '.html', '.txt', '.webmanifest']);

const common = {
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
};

/** The pages: hashed modules and styles under /assets/. */
function buildPages(entries) {
  return build({
    ...common,
    base: '/',
    build: {
      outDir: dist,
      emptyOutDir: false,
      manifest: 'manifest.json',
      modulePreload: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      rolldownOptions: { input: entries },
    },
  });
}

/** The loader: one classic script under a fixed name, since customers' pages name it. */
function buildLoader() {
  return build({
    ...common,
    build: {
      outDir: dist,
      emptyOutDir: false,
      target: 'es2020',
      reportCompressedSize: false,
      lib: { entry: join(root, LOADER), formats: ['iife'], name: 'FoyerLoader', fileName: () => 'widget.js' },
    },
  });
}

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const squeeze = (data) =>
  brotli(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length } });

/** Writes .br and .gz beside each text file worth it. */
async function precompress() {
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT.has(extname(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    const data = await readFile(path);
    if (data.length <= WORTH_COMPRESSING) continue;
    await writeFile(`${path}.br`, await squeeze(data));
    await writeFile(`${path}.gz`, await zip(data, { level: 9 }));
  }
}

/** Everything the browser loads before the page can be used: the entry, what it imports, their styles. */
function firstLoad(manifest, entry) {
  const files = new Set();
  const visit = (key) => {
    const chunk = manifest[key];
    if (chunk === undefined || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const next of chunk.imports ?? []) visit(next);
  };
  visit(entry);
  return [...files];
}

/** Prints sizes against budgets (1 KB = 1000 bytes, brotli); false when one is broken. */
async function checkBudgets(budgets) {
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`.padStart(9);
  let kept = true;
  console.log(`${'first load'.padEnd(12)}${'raw'.padStart(9)}${'brotli'.padStart(10)}${'budget'.padStart(10)}`);
  for (const { name, files, budget } of budgets) {
    const data = await Promise.all(files.map((file) => readFile(join(dist, file))));
    const raw = data.reduce((sum, d) => sum + d.length, 0);
    const small = (await Promise.all(data.map(squeeze))).reduce((sum, d) => sum + d.length, 0);
    const over = small > budget;
    kept &&= !over;
    console.log(`${name.padEnd(12)}${kb(raw)} ${kb(small)} ${kb(budget)}${over ? '  over budget' : ''}`);
  }
  return kept;
}

await mkdir(dist, { recursive: true });
// go:embed needs a file here before the first build; git keeps this one.
await writeFile(join(dist, '.gitkeep'), '');
for (const name of await readdir(dist)) {
  if (name !== '.gitkeep') await rm(join(dist, name), { recursive: true });
}
const pages = [CONSOLE, PANEL].filter((entry) => existsSync(join(root, entry)));
// Named after their folders, so that the hashed files can be told apart.
await buildPages(Object.fromEntries(pages.map((entry) => [basename(dirname(entry)), entry])));
await buildLoader();
const manifest = JSON.parse(await readFile(join(dist, 'manifest.json'), 'utf8'));
await precompress();

const kept = await checkBudgets([
  { name: 'loader', files: ['widget.js'], budget: 3_000 },
  ...(pages.includes(PANEL) ? [{ name: 'panel', files: firstLoad(manifest, PANEL), budget: 25_000 }] : []),
  ...(pages.includes(CONSOLE) ? [{ name: 'console', files: firstLoad(manifest, CONSOLE), budget: 90_000 }] : []),
]);
if (!kept) process.exitCode = 1;
