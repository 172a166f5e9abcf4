/** The hooks in a browser. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { chromiumBinary, startChromium } from '../../tools/chromium/index.js';
import { bundle, serve } from '../engines/browser/site.js';

const binary = chromiumBinary();
const reason =
  binary === undefined ? ' (skipped: no Chromium: apt-get install chromium, or set CHROMIUM)' : '';

describe.skipIf(reason !== '')(`in Chromium${reason}`, () => {
  let directory: string;
  let site: Awaited<ReturnType<typeof serve>>;
  let browser: Awaited<ReturnType<typeof startChromium>>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-react-'));
    const files = { 'sqlite3.wasm': '@sqlite.org/sqlite-wasm/dist/sqlite3.wasm' };
    await bundle({ program: '../../react/app', files }, join(directory, 'site'));
    site = await serve({ runsIn: 'page', isolated: false, query: '' }, join(directory, 'site'));
    browser = await startChromium(binary!, join(directory, 'profile'));
  });
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test('a list, its conflicts and its sync are up to date', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(site.url);
    const shows = (expected: object) =>
      vi.waitFor(async () => {
        const text = await page.evaluate('document.body.textContent');
        expect(JSON.parse(String(text)), errors.join('\n')).toEqual(expected);
      }, 20_000);
    await shows({ titles: [], conflicts: 0, phase: 'stopped', unsent: 0 });
    await page.evaluate("add('b', 'write')");
    await shows({ titles: ['write'], conflicts: 0, phase: 'stopped', unsent: 1 });
    await page.evaluate("addAtServer('a', 'write')");
    await page.evaluate('start()');
    // Two rows with one unique title: the one with the least key shows it.
    await shows({ titles: ['write', null], conflicts: 1, phase: 'idle', unsent: 0 });
    expect(errors).toEqual([]);
    await page.close();
  });
});
