/** The scenarios in a browser, on databases in its file system; and what only a browser does. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { chromiumBinary, startChromium } from '../../../tools/chromium/index.js';
import { reference } from '../reference.js';
import { sampledScenarios } from '../sampled-scenarios.js';
import type { Answer, Answers } from './expose.js';
import { BROWSER_PROGRAMS } from './list.js';
import { bundle, serve } from './site.js';

const binary = chromiumBinary();

for (const program of BROWSER_PROGRAMS) {
  const reason =
    program.skip ??
    (binary === undefined ? 'no Chromium: apt-get install chromium, or set CHROMIUM' : undefined);
  const title = reason === undefined ? program.name : `${program.name} (skipped: ${reason})`;
  describe.skipIf(reason !== undefined)(title, () => {
    let directory: string;
    let site: Awaited<ReturnType<typeof serve>>;
    let browser: BrowserContext;

    const start = async () => startChromium(binary!, join(directory, 'profile'));
    const open = async () => tabOf(await browser.newPage(), site.url);

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-'));
      [site, browser] = await Promise.all([
        serve(program, join(directory, 'site')),
        start(),
        bundle(program, join(directory, 'site')),
      ]);
    });
    afterAll(async () => {
      await browser?.close();
      await site?.stop();
      await rm(directory, { recursive: true, force: true });
    });

    describe.runIf(program.scenariosOf === undefined)('scenarios', () => {
      let tab: Tab;
      beforeAll(async () => {
        tab = await open();
      });
      afterAll(() => tab?.page.close());

      const all = program === BROWSER_PROGRAMS[0] || program.needsDrizzle1 === true;
      test.each(sampledScenarios(all))('%s', async (scenario) => {
        expect(await tab.ask('transcript', scenario)).toEqual(await reference(scenario));
      });
    });

    test.runIf(program.tabs !== 'none')(
      'a database is there after a reload, and after a restart of the browser',
      async () => {
        let tab = await open();
        await tab.ask('open', 'kept');
        await tab.ask('write', 'first', 2);
        const state = await tab.ask('state');
        expect(state.at(-1)).toBe('version 2, waiting 0');

        await tab.page.reload();
        await tab.ask('open', 'kept');
        expect(await tab.ask('state')).toEqual(state);

        await browser.close();
        browser = await start();
        tab = await open();
        await tab.ask('open', 'kept');
        expect(await tab.ask('state')).toEqual(state);
        await tab.ask('write', 'second', 1);
        expect((await tab.ask('state')).at(-1)).toBe('version 3, waiting 0');
        await tab.page.close();
      },
    );

    test.runIf(program.tabs === 'many')(
      'two tabs write to one database at the same time',
      async () => {
        const tabs = [await open(), await open()] as const;
        for (const tab of tabs) await tab.ask('open', 'shared');
        await Promise.all([
          tabs[0].ask('write', 'a', 10),
          tabs[1].ask('write', 'b', 10),
          tabs[0].ask('insert', 'c', 10),
          tabs[1].ask('insert', 'd', 10),
          tabs[0].ask('receive', 'e', 10),
          tabs[1].ask('receive', 'f', 10),
        ]);
        const state = await tabs[0].ask('state');
        expect(await tabs[1].ask('state')).toEqual(state);
        expect(state.at(-1)).toBe('version 60, waiting 0');
        expect(state.filter((line) => line.startsWith('team '))).toHaveLength(80);
        const versions = state.flatMap((line) => /^members .* db(\d+) /.exec(line)?.[1] ?? []);
        const together = versions.filter((version, i) => versions.indexOf(version) !== i);
        expect(together).toHaveLength(20);
        for (const tab of tabs) await tab.page.close();
      },
    );

    test.runIf(program.tabs === 'one')(
      'a second tab can open the database when the first is closed',
      async () => {
        const first = await open();
        await first.ask('open', 'shared');
        await first.ask('write', 'a', 1);
        const state = await first.ask('state');
        const second = await open();
        await expect(second.ask('open', 'shared')).rejects.toThrow('createSyncAccessHandle');

        await first.page.close();
        // The browser ends the workers of a closed page a moment later.
        await vi.waitFor(
          async () => {
            await second.page.reload();
            await second.ask('open', 'shared');
          },
          { timeout: 30_000 },
        );
        expect(await second.ask('state')).toEqual(state);
        await second.page.close();
      },
    );
  });
}

interface Tab {
  readonly page: Page;
  ask<M extends keyof Answers>(
    method: M,
    ...args: Answers[M] extends (...args: infer A) => unknown ? A : never
  ): Promise<Answers[M] extends (...args: never[]) => Promise<infer R> ? R : never>;
}

/** Opens a page of the site, and asks what it exposes. */
async function tabOf(page: Page, url: string): Promise<Tab> {
  await page.goto(url);
  return {
    page,
    async ask(method, ...args) {
      // A module may still be loading.
      await page.waitForFunction('globalThis.ask');
      const answer = await page.evaluate<Answer, unknown[]>(
        (call) =>
          (globalThis as unknown as { ask(...call: unknown[]): Promise<Answer> }).ask(...call),
        [method, ...args],
      );
      if ('error' in answer) throw new Error(`${method}: ${answer.error}`);
      return answer.value as never;
    },
  };
}
