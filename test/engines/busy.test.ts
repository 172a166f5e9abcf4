/** Databases that somebody else has locked: nothing that was acknowledged is lost, and everything goes on. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '@libsql/client';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { afterAll, describe, expect, test } from 'vitest';
import { crrTable, packKey, withCrr } from '../../src/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { openClient } from '../support/client.js';

const t = crrTable('t', { id: text('id').primaryKey().notNull(), v: text('v') });
const directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-busy-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let files = 0;

async function open(journal = 'wal', busyTimeout = 50, url?: string) {
  const address = url ?? `file:${join(directory, `${files++}.db`)}`;
  const client = openClient({ url: address });
  if (address !== ':memory:') await client.execute(`PRAGMA journal_mode = ${journal}`);
  await client.execute('CREATE TABLE IF NOT EXISTS t (id text PRIMARY KEY NOT NULL, v text)');
  const db = withCrr(drizzle(client, { schema: { t } }), { schema: { t }, busyTimeout });
  await db.$crr.install();
  const again = () => openClient({ url: address });
  return { db, client, again, url: address };
}
type Opened = Awaited<ReturnType<typeof open>>;

const rowsSeenBy = async (client: Client) =>
  Number((await client.execute('SELECT count(*) FROM t')).rows[0]![0]);

const WRITES: Record<string, (opened: Opened) => Promise<unknown>> = {
  insert: ({ db }) => db.insert(t).values({ id: 'busy' }),
  transaction: ({ db }) => db.transaction((tx) => tx.insert(t).values({ id: 'busy' })),
  batch: ({ db }) => db.batch([db.insert(t).values({ id: 'busy' })]),
  run: ({ db }) => db.run(sql`INSERT INTO t VALUES ('busy', NULL)`),
  apply: ({ db }) =>
    db.$crr.apply([
      {
        table: 't',
        pk: packKey(['busy']),
        cid: 'v',
        val: 'v',
        col_version: 1,
        db_version: 1,
        site_id: new Uint8Array(16).fill(7),
        cl: 1,
        seq: 0,
      },
    ]),
};

describe.each(['wal', 'delete'])('with journal_mode %s', (journal) => {
  test.each(Object.keys(WRITES))(
    'after %s has met a lock, what is acknowledged is stored',
    async (name) => {
      const opened = await open(journal);
      const other = opened.again();
      const lock = await other.transaction('write');
      const error = await WRITES[name]!(opened).then(
        () => undefined,
        (reason: Error) => reason,
      );
      const found = (error as { cause?: { code?: string } }).cause;
      expect([(error as { code?: string }).code, found?.code]).toContain('CRR_DATABASE_BUSY');
      await lock.rollback();
      for (let i = 0; i < 3; i++) await opened.db.insert(t).values({ id: `${i}` });
      await opened.db.transaction((tx) => tx.insert(t).values({ id: 'tx' }));
      expect(await rowsSeenBy(other)).toBe(4);
      await other.execute("INSERT INTO t VALUES ('other', NULL)");
      expect(await opened.db.select().from(t)).toHaveLength(5);
      expect(await opened.db.$crr.version()).toBe(5);
    },
  );

  test('a lock that ends in time is waited for', async () => {
    const opened = await open(journal, 5_000);
    const lock = await opened.again().transaction('write');
    const writes = Object.values(WRITES)
      .slice(0, 1)
      .map((write) => write(opened));
    await pause(100);
    await lock.rollback();
    await Promise.all(writes);
    expect(await rowsSeenBy(opened.again())).toBe(1);
  });

  test('a connection that somebody else has left stuck acknowledges nothing that is lost', async () => {
    const opened = await open(journal);
    const other = opened.again();
    const lock = await other.transaction('write');
    // Not through db: nobody notices that this connection is of no use any more.
    await expect(opened.client.execute("INSERT INTO t VALUES ('raw', NULL)")).rejects.toThrow();
    await lock.rollback();
    for (let i = 0; i < 3; i++) await opened.db.insert(t).values({ id: `${i}` });
    expect(await rowsSeenBy(other)).toBe(3);
  });
});

test('readers of a rollback journal do not lose a commit: it waits for them', async () => {
  const { db, again } = await open('delete', 5_000);
  const reader = await again().transaction('read');
  await reader.execute('SELECT * FROM t');
  const writes = [
    db.insert(t).values({ id: '1' }),
    db.transaction((tx) => tx.insert(t).values({ id: '2' })),
  ];
  await pause(80);
  await reader.rollback();
  await Promise.all(writes);
  expect(await rowsSeenBy(again())).toBe(2);
});

test('what reads is not blocked by a transaction of the same process, and writes wait for it', async () => {
  const { db } = await open('wal', 5_000);
  const order: string[] = [];
  await Promise.all([
    db.transaction(async (tx) => {
      await tx.insert(t).values({ id: 'tx' });
      expect(await db.$crr.version()).toBe(0);
      expect((await db.$crr.changes()).changes).toEqual([]);
      expect(await db.query.t.findMany()).toEqual([]);
      await pause(50);
      order.push('transaction');
    }),
    pause(10).then(async () => {
      await db.$crr.rotateSiteId();
      order.push('rotated');
    }),
    pause(10).then(async () => {
      await db.insert(t).values({ id: 'insert' });
      order.push('inserted');
    }),
  ]);
  expect(order).toEqual(['transaction', 'rotated', 'inserted']);
});

test('in memory, everything waits for a transaction, and the database stays', async () => {
  const { db } = await open('', 2_000, ':memory:');
  await Promise.all([
    db.transaction(async (tx) => {
      await tx.insert(t).values({ id: 'tx' });
      await pause(30);
    }),
    pause(10).then(async () => expect(await db.$crr.version()).toBe(1)),
    pause(10).then(() => db.insert(t).values({ id: 'b' })),
  ]);
  expect(await db.select().from(t)).toHaveLength(2);
});

test('db instead of tx inside a transaction fails after the time, and the message names it', async () => {
  const { db } = await open('wal', 30);
  const nested = db.transaction(async () => {
    await db.insert(t).values({ id: 'x' });
  });
  await expect(nested).rejects.toMatchObject({
    cause: { code: 'CRR_DATABASE_BUSY', message: expect.stringContaining('use tx, not db') },
  });
  await db.insert(t).values({ id: 'after' });
});

test('a batch that only reads is no write, whatever made its queries', async () => {
  const { db, again } = await open('wal', 30);
  await db.insert(t).values({ id: 'a' });
  const lock = await again().transaction('write');
  const [found, all, selected, some] = await db.batch([
    db.query.t.findMany(),
    db.all(sql`SELECT 1 AS one`),
    db.select().from(t),
    db
      .with(db.$with('some').as(db.select().from(t)))
      .select()
      .from(t)
      .where(eq(t.id, 'a')),
  ]);
  expect([found, all, selected, some].map((rows) => (rows as unknown[]).length)).toEqual([
    1, 1, 1, 1,
  ]);
  await expect(db.batch([db.all(sql`DELETE FROM t RETURNING id`)])).rejects.toThrow();
  await lock.rollback();
});

test('sync and handler beside transactions of the application disturb nobody', async () => {
  const [server, device] = [await open('delete', 5_000), await open('wal', 5_000)];
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const handler = createSyncHandler({ db: server.db, public: true, onError });
  const statuses = new Set<number>();
  const sync = createSync({
    db: device.db,
    onError,
    fetch: async (request) => {
      const response = await handler(request);
      statuses.add(response.status);
      return response;
    },
  });
  sync.start();
  let rows = 0;
  const write = async (db: Opened['db'], name: string) => {
    for (let i = 0; i < 25; i++) {
      await db.transaction(async (tx) => {
        await tx.insert(t).values({ id: `${name}${i}` });
        await pause(20);
        await tx.insert(t).values({ id: `${name}${i}b` });
      });
      await db.insert(t).values({ id: `${name}${i}c` });
      rows += 3;
    }
  };
  await Promise.all([write(server.db, 's'), write(device.db, 'd')]);
  await sync.stop();
  await sync.sync();
  expect([errors, [...statuses]]).toEqual([[], [200]]);
  for (const { again } of [server, device]) expect(await rowsSeenBy(again())).toBe(rows);
});

test('a handler whose database stays locked answers 503 with Retry-After', async () => {
  const server = await open('wal', 30);
  const device = await open('', 30, ':memory:');
  await device.db.insert(t).values({ id: 'a' });
  const handler = createSyncHandler({ db: server.db, public: true });
  const answers: Response[] = [];
  const sync = createSync({
    db: device.db,
    retry: { attempts: 1 },
    fetch: async (request) => {
      answers.push(await handler(request));
      return answers[0]!;
    },
  });
  const lock = await server.again().transaction('write');
  await expect(sync.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_BUSY', status: 503 });
  expect(answers[0]!.headers.get('retry-after')).toBe('1');
  await lock.rollback();
});

test('four processes that write for some seconds: as many rows as were acknowledged', {
  timeout: 180_000,
}, async () => {
  const { url, again } = await open('delete', 5_000);
  const script = new URL('./writers.ts', import.meta.url).pathname;
  const counts = await Promise.all(
    ['a', 'b', 'c', 'd'].map(async (name) => {
      const { stdout } = await promisify(execFile)('npx', ['tsx', script, url, name, '1500']);
      return Number(stdout);
    }),
  );
  expect(Math.min(...counts)).toBeGreaterThan(0);
  expect(await rowsSeenBy(again())).toBe(counts.reduce((a, b) => a + b));
});
