import { describe, expect, it } from 'vitest';
import en from '../../static/locales/en.json';
import zh from '../../static/locales/zh-CN.json';

const sources = Object.entries(import.meta.glob<string>(['./*.ts', './*.tsx', '!./*test*'], { query: '?raw', import: 'default', eager: true }));
const used = new Set(sources.flatMap(([, source]) => source.match(/(?<=['"`])(?:widget|common)\.[a-z.]+\w/g) ?? []));
const keys = (texts: object) => Object.keys(texts).filter((key) => key.startsWith('widget.'));

describe('the panel’s texts', () => {
  it.each([
    ['en', en],
    ['zh-CN', zh],
  ])('%s has all that are used', (_, texts) => {
    const known = new Set(Object.keys(texts));
    expect([...used].filter((key) => !known.has(key) && ![...known].some((k) => k.startsWith(`${key}.`)))).toEqual([]);
  });

  it('are all used', () => {
    expect(keys(en).filter((key) => !used.has(key) && !used.has(key.replace(/\.\w+$/, '')))).toEqual([]);
  });
});
