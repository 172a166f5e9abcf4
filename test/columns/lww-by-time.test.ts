import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { afterEach, expect, test, vi } from 'vitest';
import { asCrr, type Change, crrTable, lww, packKey, withCrr } from '../../src/index.js';
import { readTableSpec } from '../../src/schema/read-spec.js';
import { memoryClient } from '../support/client.js';
import { describeEachEngine } from '../support/engines.js';
import { openOracle } from '../support/oracle.js';
import { exchange, openSite } from '../support/site.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  body: lww(text('body'), { by: 'time' }),
});
const schema = { notes };
const MINUTE = 60_000;
const TICKS = 1024;

afterEach(() => {
  vi.useRealTimers();
});

const wait = () => new Promise((resolve) => setTimeout(resolve, 5));

function change(cid: string, val: string, col_version: number, site = 7): Change {
  const site_id = new Uint8Array(16).fill(site);
  return {
    table: 'notes',
    pk: packKey(['a']),
    cid,
    val,
    col_version,
    db_version: 1,
    site_id,
    cl: 1,
    seq: 0,
  };
}

describeEachEngine('last write wins by time', (engine) => {
  test('lets the later write win, however often the other wrote', async () => {
    const [a, b] = [await openSite(schema, await engine.open()), await openSite(schema)];
    await a.insert(notes).values({ id: 'a', title: '0', body: '0' });
    await exchange(a, b);
    for (let i = 1; i <= 9; i++) await a.update(notes).set({ title: `a${i}`, body: `a${i}` });
    await wait();
    await b.update(notes).set({ title: 'b1', body: 'b1' });
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.select().from(notes)).toEqual([{ id: 'a', title: 'a9', body: 'b1' }]);
    }
    // Also where one wrote the row as a whole, or created it.
    await a.run(sql`INSERT OR REPLACE INTO notes VALUES ('a', 'whole', 'whole')`);
    await b.insert(notes).values({ id: 'b', body: 'of b' });
    await wait();
    await b.update(notes).set({ body: 'later' }).where(eq(notes.id, 'a'));
    await a.insert(notes).values({ id: 'b', body: 'of a' });
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.select({ body: notes.body }).from(notes).orderBy(notes.id)).toEqual([
        { body: 'later' },
        { body: 'of a' },
      ]);
    }
  });

  test('stamps milliseconds since 1970 times 1024, each greater than the last', async () => {
    const db = await openSite(schema, await engine.open());
    const versions: number[] = [];
    const version = async () => {
      const { changes } = await db.$crr.changes();
      return changes.find(({ cid }) => cid === 'body')!.col_version;
    };
    const start = Date.now();
    await db.insert(notes).values({ id: 'a', body: '0' });
    versions.push(await version());
    for (let i = 1; i < 5; i++) {
      await db.transaction(async (tx) => {
        await tx.update(notes).set({ body: `${i}` });
        await tx.update(notes).set({ body: `${i}!` });
      });
      versions.push(await version());
    }
    await db.run(sql`INSERT OR REPLACE INTO notes (id, body) VALUES ('a', 'whole')`);
    versions.push(await version());
    await db.update(notes).set({ id: 'a2', body: 'moved' });
    versions.push(
      (await db.$crr.changes()).changes.find(({ val }) => val === 'moved')!.col_version,
    );
    for (const [i, one] of versions.entries()) {
      expect(Number.isSafeInteger(one)).toBe(true);
      expect(one).toBeGreaterThan(versions[i - 1] ?? 0);
      // A server's clock may differ by a little.
      expect(Math.abs(one / TICKS - start)).toBeLessThan(MINUTE);
    }
  });

  test('holds what is too far ahead until its time has come', async () => {
    const client = await engine.open();
    const db = await openSite(schema, client);
    await db.insert(notes).values({ id: 'a', title: 'here', body: 'here' });
    const now = Date.now();
    const near = change('body', 'near', (now + 4 * MINUTE) * TICKS);
    const far = change('body', 'far', (now + 10 * MINUTE) * TICKS, 8);
    expect(await db.$crr.apply([near])).toMatchObject({ held: 0, pending: 0, cellsWon: 1 });
    const result = await db.$crr.apply([far, change('title', 'title', 9, 8)]);
    expect(result).toMatchObject({ held: 1, pending: 1, cellsWon: 1 });
    expect(await db.select().from(notes)).toEqual([{ id: 'a', title: 'title', body: 'near' }]);
    await expect(db.$crr.apply([far], { onUnknown: 'error' })).rejects.toMatchObject({
      code: 'CRR_CHANGE_AHEAD',
    });
    // The own clock goes on from what it has seen, and not to what it holds back.
    await db.update(notes).set({ body: 'mine' });
    const mine = (await db.$crr.changes()).changes.find(({ cid }) => cid === 'body')!;
    expect(mine.col_version).toBe(near.col_version + 1);
    await db.$crr.install();
    expect(await db.select().from(notes)).toMatchObject([{ body: 'mine' }]);
    expect(await db.$crr.pendingCount()).toBe(1);
    vi.setSystemTime(now + 6 * MINUTE);
    const released = await db.$crr.apply([]);
    expect(released).toMatchObject({ updated: [{ key: { id: 'a' } }], held: 0, pending: 0 });
    expect(await db.select().from(notes)).toMatchObject([{ body: 'far' }]);
    expect(await db.$crr.pendingCount()).toBe(0);
  });
});

test('maxDrift says what is too far ahead; install releases what no longer is', async () => {
  const first = await openSite(schema);
  const now = Date.now();
  const strict = withCrr(drizzle({ client: first.$client }), { schema, maxDrift: 1000 });
  const loose = withCrr(drizzle({ client: first.$client }), { schema, maxDrift: 60 * MINUTE });
  const far = change('body', 'far', (now + 10 * MINUTE) * TICKS);
  expect(await strict.$crr.apply([far])).toMatchObject({ held: 1, inserted: [] });
  expect(await strict.select().from(notes)).toEqual([]);
  await loose.$crr.install();
  expect(await loose.select().from(notes)).toEqual([{ id: 'a', title: null, body: 'far' }]);
  expect(await loose.$crr.pendingCount()).toBe(0);
  expect(() => withCrr(drizzle({ client: first.$client }), { schema, maxDrift: -1 })).toThrow(
    /maxDrift/,
  );
});

test('the statements that let in what waits are the same at any time', async () => {
  const client = memoryClient();
  const texts = new Set<string>();
  const { batch } = client;
  const site = await openSite(schema, client);
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'] });
  const apply = async (minute: number) => {
    vi.setSystemTime(now + minute * MINUTE);
    // It waits, so the table has something to let in.
    const ahead = change('body', `at ${minute}`, (now + (minute + 7) * MINUTE) * TICKS);
    return site.$crr.apply([change('title', 'title', minute), ahead]);
  };
  await apply(1);
  client.batch = (statements, mode) => {
    for (const one of statements)
      texts.add(typeof one === 'string' ? one : 'sql' in one ? one.sql : one[0]);
    return batch.call(client, statements, mode);
  };
  await apply(2);
  await apply(3);
  const before = new Set(texts);
  texts.clear();
  expect(await apply(4)).toMatchObject({ held: 1 });
  const long = [...texts].filter((text) => text.includes('AS waiting') && text.length > 1_000);
  expect(long.length).toBeGreaterThan(0);
  expect(long.filter((text) => !before.has(text))).toEqual([]);
  client.batch = batch;
});

test('a whole table can be merged by time', () => {
  const plain = sqliteTable('t', {
    id: text('id').primaryKey().notNull(),
    a: text('a'),
    b: text('b'),
  });
  const kinds = (table: typeof plain) => readTableSpec(table).clockColumns.map(({ kind }) => kind);
  expect(kinds(asCrr(plain, { by: 'time' }))).toEqual([
    { type: 'lwwByTime' },
    { type: 'lwwByTime' },
  ]);
  const mixed = asCrr(
    crrTable('t', {
      id: text('id').primaryKey().notNull(),
      a: text('a'),
      b: lww(text('b'), { by: 'version' }),
    }),
    { by: 'time' },
  );
  expect(readTableSpec(mixed).clockColumns.map(({ kind }) => kind)).toEqual([
    { type: 'lwwByTime' },
    { type: 'lww' },
  ]);
  expect(() => lww(text('x'), { by: 'luck' as 'time' })).toThrow(/'version' or 'time'/);
  expect(() => lww(text('x'), { bye: 'time' } as object)).toThrow(/no option "bye"/);
});

test('cr-sqlite merges such versions as any others', async () => {
  const db = await openSite(schema);
  const oracle = await openOracle();
  await oracle.exec(
    "CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, title TEXT, body TEXT); SELECT crsql_as_crr('notes')",
  );
  await db.insert(notes).values({ id: 'a', body: 'ours' });
  await oracle.apply((await db.$crr.changes()).changes);
  await oracle.run("UPDATE notes SET body = 'theirs'");
  await db.$crr.apply(await oracle.changes());
  expect(await db.select().from(notes)).toMatchObject([{ body: 'theirs' }]);
  await wait();
  await db.update(notes).set({ body: 'ours again' });
  await oracle.apply((await db.$crr.changes()).changes);
  expect(await oracle.all('SELECT body FROM notes')).toEqual([['ours again']]);
  await oracle.close();
});
