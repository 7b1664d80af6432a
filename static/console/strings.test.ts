import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import english from '../locales/en.json';

const here = 'static/console';
const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'));
const source = files.map((name) => readFileSync(join(here, name), 'utf8')).join('\n');
const used = [...source.matchAll(/\bt\((?:[^'`)]+ \? )?'([^']+)'(?: : '([^']+)')?/g)].flatMap(([, one, other]) => (other === undefined ? [one!] : [one!, other]));
const keys = Object.keys(english).filter((key) => key.startsWith('console.'));

test.each([...new Set(used)])('console.%s has a text', (key) => {
  expect(keys).toContain(`console.${key}`);
});

test('no text is left over', () => {
  const patterns = [...source.matchAll(/\bt\(`([^`]+)`/g)].map(([, made]) => new RegExp(`^${made!.replace(/[.]/g, '\\.').replace(/\$\{[^}]+\}/g, '[a-z_]+')}$`));
  const named = (key: string) => source.includes(`'${key}'`) || patterns.some((pattern) => pattern.test(key));
  expect(keys.map((key) => key.slice('console.'.length)).filter((key) => !named(key))).toEqual([]);
});
