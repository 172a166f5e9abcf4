/** The page that looks into a database: what it answers, and whom. */

import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumBinary, startChromium } from '../../tools/chromium/index.js';
import type { RunningCommand, TestProject } from '../support/project.js';
import { createNotesFile, notesProject } from './notes-project.js';

describe('studio', () => {
  let project: TestProject;
  let command: RunningCommand;
  let address: URL;

  beforeAll(async () => {
    project = await notesProject();
    await createNotesFile(project, 'app.db', [
      { id: 'a', body: '<b>bold</b>', stars: 3 },
      { id: 'b', body: 'second' },
    ]);
    command = project.start('studio', '--port', '0');
    const [url] = await command.printed(/http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{32}/);
    address = new URL(url);
  });
  afterAll(() => project?.remove());

  const ask = async (path: string, token = address.searchParams.get('token')!) => {
    const response = await fetch(
      new URL(`${path}${path.includes('?') ? '&' : '?'}token=${token}`, address),
    );
    return { status: response.status, body: (await response.json()) as never };
  };

  test('tells the status, the newest changes first, and what waits', async () => {
    const { body: status } = await ask('/status');
    expect(status).toMatchObject({
      dbVersion: 2,
      pending: 0,
      tables: [{ name: 'notes', rows: 2 }],
    });
    const { body: feed } = await ask('/feed?table=notes');
    expect(feed).toMatchObject({
      version: 2,
      changes: expect.arrayContaining([
        expect.objectContaining({ key: '"a"', column: 'body', value: '"<b>bold</b>"', version: 1 }),
      ]),
    });
    const order = (feed as { changes: { dbVersion: number }[] }).changes.map((c) => c.dbVersion);
    expect(order).toEqual([...order].sort((x, y) => y - x));
    expect((await ask('/waiting')).body).toEqual({ conflicts: [], rejected: [], pending: 0 });
  });

  test('tells nothing without the token, to another host, or to anything but GET', async () => {
    for (const path of ['/', '/status', '/feed', '/waiting']) {
      expect(await ask(path, 'wrong')).toMatchObject({
        status: 403,
        body: { error: expect.stringContaining('token') },
      });
    }
    const status = (options: object) =>
      new Promise((resolve, reject) => {
        request(address, options, ({ statusCode }) => resolve(statusCode))
          .once('error', reject)
          .end();
      });
    expect(await status({})).toBe(200);
    expect(await status({ headers: { host: 'evil.example' } })).toBe(403);
    expect(await status({ method: 'POST' })).toBe(405);
    for (const path of ['/unknown', '/constructor']) {
      expect(await ask(path)).toMatchObject({ status: 404 });
    }
    expect(await ask('/feed?table=unknown')).toMatchObject({
      status: 500,
      body: { error: expect.stringContaining('unknown') },
    });
  });

  const chromium = chromiumBinary();
  const title = chromium ? 'the page' : 'the page (skipped: no Chromium)';
  test.skipIf(chromium === undefined)(
    `${title} shows them as text, and says why a cell has won`,
    async () => {
      const browser = await startChromium(
        chromium!,
        await mkdtemp(join(tmpdir(), 'drizzle-crr-studio-')),
      );
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', ({ message }) => errors.push(message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(address.href);
      const cell = page.locator('#feed tr', { hasText: 'body' }).filter({ hasText: '<b>bold</b>' });
      expect(errors).toEqual([]);
      await cell.getByRole('button', { name: 'why?' }).click();
      await page.getByText('version 1, written by this site, in life 1 of the row').waitFor();
      await page.getByText('No peers yet.').waitFor();
      if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
      expect(errors).toEqual([]);
      await browser.close();
    },
  );
});
