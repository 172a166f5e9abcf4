/** Tabs that share a database in Chromium: one of them has it, and may end at any time. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { chromiumBinary } from '../../tools/chromium/index.js';
import { openSite } from '../support/site.js';
import { type Application, startApplication, type Tab } from './application.js';
import { bundleOf } from './bundle-of.js';
import { cards } from './schema.js';

const SCHEMA = readFileSync(new URL('./schema.ts', import.meta.url), 'utf8');
const binary = chromiumBinary();
const title =
  binary === undefined
    ? 'tabs (skipped: no Chromium: apt-get install chromium, or set CHROMIUM)'
    : 'tabs';

describe.skipIf(binary === undefined)(title, () => {
  let application: Application;
  let number = 0;

  beforeAll(async () => {
    application = await startApplication(binary!, await bundleOf(SCHEMA));
  });
  afterAll(() => application?.close());

  /** Tabs on a database of their own, of which the first one leads. */
  const openTabs = async (count: number, query = ''): Promise<Tab[]> => {
    const name = `board-${++number}`;
    const tabs: Tab[] = [];
    for (let i = 0; i < count; i++) {
      const tab = await application.open(`?name=${name}${query}`);
      await tab.ask('ready');
      tabs.push(tab);
    }
    return tabs;
  };

  test('all tabs write to one database, and each sees what the others wrote', async () => {
    const [a, b, c] = (await openTabs(3)) as [Tab, Tab, Tab];
    expect(await a.ask('isLeader')).toBe(true);
    expect(await b.ask('isLeader')).toBe(false);
    await a.ask('insert', 'voted');
    await Promise.all([
      a.ask('vote', 'voted', 10),
      b.ask('vote', 'voted', 10),
      c.ask('vote', 'voted', 10),
      b.ask('insertMany', 'b', 10),
    ]);
    const rows = await a.ask('rows');
    expect(rows).toHaveLength(11);
    expect(rows.find(({ id }) => id === 'voted')?.votes).toBe(30);
    expect(await b.ask('rows')).toEqual(rows);
    expect(await b.ask('changes')).toBe(await a.ask('changes'));
    expect(await c.ask('written')).toBeGreaterThan(0);
    expect(await b.ask('returning', 'r')).toMatchObject([{ id: 'r', size: 7 }]);
    for (const { page } of [a, b, c]) await page.close();
  });

  const ends: Record<string, (tab: Tab) => Promise<unknown>> = {
    closed: ({ page }) => page.close(),
    'reloaded elsewhere': ({ page }) => page.goto('about:blank'),
    killed: async ({ page }) => {
      const session = await application.browser.newCDPSession(page);
      // The answer of a renderer that has crashed never comes.
      void session.send('Page.crash').catch(() => {});
      await page.waitForEvent('crash');
    },
    // Chromium freezes hidden pages only, and headless ones are never hidden. It fires this event before it does.
    'told that it will be frozen': ({ page }) =>
      page.evaluate("document.dispatchEvent(new Event('freeze'))"),
  };
  for (const [how, end] of Object.entries(ends)) {
    test(`the leader is ${how} while others write: nothing is lost, nothing is written twice`, async () => {
      const [leader, b, c] = (await openTabs(3)) as [Tab, Tab, Tab];
      await leader.ask('insert', 'voted');
      const writes = [
        b.ask('insertMany', 'b', 50),
        c.ask('vote', 'voted', 50),
        b.ask('vote', 'voted', 30),
      ] as const;
      await vi.waitFor(async () => expect((await b.ask('rows')).length).toBeGreaterThan(5), 20_000);
      await end(leader);
      const endedAt = performance.now();
      await c.ask('rows');
      const ms = performance.now() - endedAt;
      await Promise.all(writes);
      const rows = await c.ask('rows');
      expect(rows.filter(({ id }) => id.startsWith('b'))).toHaveLength(50);
      expect(rows.find(({ id }) => id === 'voted')?.votes).toBe(80);
      const leads = [await b.ask('isLeader'), await c.ask('isLeader')];
      expect(leads.filter(Boolean)).toHaveLength(1);
      expect(await b.ask('verify')).toMatchObject({ findings: [] });
      expect(ms).toBeLessThan(10_000);
      await b.page.close();
      await c.page.close();
      if (!leader.page.isClosed() && how.startsWith('told')) {
        await leader.page.evaluate("document.dispatchEvent(new Event('resume'))");
        await vi.waitFor(async () => expect(await leader.ask('isLeader')).toBe(true), 20_000);
        expect(await leader.ask('turns')).toEqual(['lead', 'resign', 'lead']);
        expect(await leader.ask('rows')).toHaveLength(51);
      }
      await leader.page.close();
    });
  }

  test('a transaction of a tab that is closed is rolled back, and the others go on', async () => {
    const [a, b] = (await openTabs(2)) as [Tab, Tab];
    await b.ask('begin', 'half');
    const insert = a.ask('insert', 'after');
    await b.page.close();
    await insert;
    expect((await a.ask('rows')).map(({ id }) => id)).toEqual(['after']);
    await a.page.close();
  });

  test('a transaction whose database is closed meanwhile fails, and can be run again', async () => {
    const [leader, b] = (await openTabs(2)) as [Tab, Tab];
    await b.ask('begin', 'half');
    await leader.page.close();
    await vi.waitFor(async () => expect(await b.ask('isLeader')).toBe(true));
    const error = await b.ask('end').catch((error: unknown) => error);
    expect((error as { codes: unknown[] }).codes).toContain('CRR_DATABASE_TRANSACTION_LOST');
    expect(await b.ask('rows')).toEqual([]);
    await b.ask('begin', 'whole');
    await b.ask('end');
    expect((await b.ask('rows')).map(({ id }) => id)).toEqual(['whole', 'whole-end']);
    await b.page.close();
  });

  test('a tab that forgets its transaction makes others wait for busyTimeout, no longer', async () => {
    const [a, b] = (await openTabs(2, '&busy=300')) as [Tab, Tab];
    await b.ask('begin', 'half');
    await a.ask('insert', 'after');
    expect((await a.ask('rows')).map(({ id }) => id)).toEqual(['after']);
    const error = await b.ask('end').catch((error: unknown) => error);
    expect((error as { codes: unknown[] }).codes).toContain('CRR_DATABASE_TRANSACTION_LOST');
    for (const { page } of [a, b]) await page.close();
  });

  test('a reload keeps the rows', async () => {
    const [a] = (await openTabs(1)) as [Tab];
    await a.ask('insert', 'kept');
    await a.page.reload();
    expect((await a.ask('rows')).map(({ id }) => id)).toEqual(['kept']);
    await a.page.close();
  });

  test('where the browser keeps no files, an error says so, or the database is in memory', async () => {
    const failing = await application.open(`?name=none-${++number}&no-opfs`);
    const error = await failing.ask('rows').catch((error: unknown) => error);
    expect((error as { codes: unknown[] }).codes).toContain('CRR_DATABASE_STORAGE');
    await failing.page.close();
    const name = `memory-${++number}`;
    const a = await application.open(`?name=${name}&no-opfs&memory`);
    const b = await application.open(`?name=${name}&no-opfs&memory`);
    await a.ask('insert', 'volatile');
    expect((await b.ask('rows')).map(({ id }) => id)).toEqual(['volatile']);
    for (const { page } of [a, b]) await page.close();
  });

  test('the leading tab syncs with a server of another origin, the others hear of it, and the next one goes on', async () => {
    const server = await openSite({ cards });
    const handler = createSyncHandler({
      db: server,
      public: true,
      cors: [new URL(application.url).origin],
    });
    const node = serve({ fetch: handler, hostname: '127.0.0.1', port: 0 });
    await once(node, 'listening');
    const url = `http://127.0.0.1:${(node.address() as AddressInfo).port}/sync`;
    const onServer = async () =>
      (await server.select({ id: cards.id }).from(cards)).map(({ id }) => id);
    try {
      const [a, b] = (await openTabs(2)) as [Tab, Tab];
      for (const tab of [a, b]) await tab.ask('startSync', url);
      await b.ask('insert', 'from b');
      await vi.waitFor(async () => expect(await onServer()).toEqual(['from b']), 20_000);
      await vi.waitFor(async () => expect(await b.ask('events')).toContain('synced'), 20_000);
      await vi.waitFor(async () => expect(await b.ask('unsent')).toEqual([]), 20_000);
      expect(await b.ask('phase')).toBe(await a.ask('phase'));
      // Each tab shows itself; one stream is for all.
      const peer = createSync<string>({ db: await openSite({ cards }), url });
      peer.presence.set('node');
      peer.start();
      const shows = (sync: typeof peer) => sync.presence.others().map(({ state }) => state);
      await a.ask('show', 'a');
      await b.ask('show', 'b');
      await vi.waitFor(async () => {
        expect((await a.ask('others')).sort()).toEqual(['b', 'node']);
        expect((await b.ask('others')).sort()).toEqual(['a', 'node']);
        expect(shows(peer).sort()).toEqual(['a', 'b']);
      }, 20_000);
      await a.page.close();
      await vi.waitFor(async () => {
        expect(await b.ask('others')).toEqual(['node']);
        expect(shows(peer)).toEqual(['b']);
      }, 20_000);
      await peer.stop();
      await vi.waitFor(async () => expect(await b.ask('others')).toEqual([]), 20_000);
      await b.ask('insert', 'later');
      await vi.waitFor(async () => expect(await onServer()).toEqual(['from b', 'later']), 20_000);
      await server.insert(cards).values({ id: 'from the server' });
      await vi.waitFor(async () => expect(await b.ask('rows')).toHaveLength(3), 20_000);
      await b.page.close();
    } finally {
      (node as Server).closeAllConnections();
      node.close();
    }
  });

  test('a full disk is an error that says so, and what was there stays', async () => {
    const [a, b] = (await openTabs(2)) as [Tab, Tab];
    await a.ask('insert', 'first');
    const session = await application.browser.newCDPSession(a.page);
    const { origin } = new URL(application.url);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 10_000 });
    const error = await b.ask('fill', 'large', 8_192).catch((error: unknown) => error);
    expect((error as { codes: unknown[] }).codes).toContain('CRR_DATABASE_STORAGE');
    await session.send('Storage.overrideQuotaForOrigin', { origin });
    await b.ask('insert', 'second');
    expect((await a.ask('rows')).map(({ id }) => id)).toEqual(['first', 'second']);
    for (const { page } of [a, b]) await page.close();
  });

  test('a leader that is killed in the middle of large writes leaves a whole database', async () => {
    const name = `large-${++number}`;
    for (let i = 0; i < 5; i++) {
      const leader = await application.open(`?name=${name}`);
      await leader.ask('rewrite', 1_000);
      await new Promise((resolve) => setTimeout(resolve, 150 + 37 * i));
      await ends.killed!(leader);
      await leader.page.close();
      const next = await application.open(`?name=${name}`);
      expect(await next.ask('integrity')).toEqual([['ok']]);
      // A statement is done for all rows or for none.
      expect(await next.ask('sizes')).toHaveLength(1);
      await next.page.close();
    }
  });

  test.each([
    ['does not start', 'script=missing.js', 'its script cannot be loaded'],
    [
      'never calls serveDatabase()',
      'script=silent-worker.js&start=300',
      'serveDatabase() was not called within 300 ms',
    ],
  ])(
    'a worker that %s is an error in all tabs, until a tab has one that does',
    async (_, query, reason) => {
      const name = `missing-${++number}`;
      const broken = await application.open(`?name=${name}&${query}`);
      const error = await broken.ask('rows').catch((error: unknown) => error);
      expect((error as { codes: unknown[] }).codes).toContain('CRR_USAGE_DRIVER');
      expect((error as Error).message).toContain(reason);
      expect((error as Error).message).toContain(
        'has to start a module that calls serveDatabase()',
      );
      const whole = await application.open(`?name=${name}`);
      await whole.ask('insert', 'a');
      for (const tab of [whole, broken]) {
        expect((await tab.ask('rows')).map(({ id }) => id)).toEqual(['a']);
      }
      for (const { page } of [broken, whole]) await page.close();
    },
  );

  test('answers that a closed tab may have missed are not kept', async () => {
    const [leader, other] = (await openTabs(2)) as [Tab, Tab];
    await other.ask('insert', 'a');
    expect(await leader.ask('answersKept')).not.toEqual([]);
    await other.page.close();
    await vi.waitFor(async () => expect(await leader.ask('answersKept')).toEqual([]), 10_000);
  });

  test('errors of SQLite reach the tab that asked', async () => {
    const [, b] = (await openTabs(2)) as [Tab, Tab];
    await expect(b.ask('fail')).rejects.toThrow('no such table: unknown_table');
  });
});
