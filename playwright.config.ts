import { defineConfig } from '@playwright/test';

/** Browser tests on bin/foyer: each starts a server of its own (e2e/foyer.ts), so there is none here. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'e2e/.out/results',
  reporter: [['list']],
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env['CI']),
  use: {
    locale: 'en-US',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(process.env['CHROMIUM'] ? { executablePath: process.env['CHROMIUM'] } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Replaces Playwright's own list, which switches ThirdPartyStoragePartitioning off: with it
        // a third-party frame has no storage at all, which no real browser does.
        '--disable-features=MediaRouter,OptimizationHints,HttpsUpgrades,LensOverlay,PaintHolding,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose',
      ],
    },
  },
});
