import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: ['widget/**/*.test.{ts,tsx}', 'static/console/**/*.test.{ts,tsx}'],
    environment: 'node',
    maxWorkers: 1,
  },
});
