/** Tables whose rows stay: `rows: 'growOnly'`. */
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import {
  asCrr,
  CrrDatabaseError,
  counter,
  crrTable,
  explainError,
  greatest,
  packKey,
  withCrr,
} from '../../src/index.js';
import { readTableSpec } from '../../src/schema/read-spec.js';
import { memoryClient } from '../support/client.js';
import { dump } from '../support/dump.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, migrate, openSite } from '../support/site.js';

const columns = () => ({
  id: text('id').primaryKey().notNull(),
  body: text('body'),
  likes: counter('likes'),
  read: greatest(integer('read').notNull().default(0)),
});
const messages = crrTable('messages', columns(), { rows: 'growOnly' });
const causal = crrTable('messages', columns());
const schema = { messages };

const rejected = async (run: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await run;
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
};
const messagesOf = (error: unknown): string =>
  error instanceof Error ? `${error.message}\n${messagesOf(error.cause)}` : '';
const DELETE = 'table "messages" is grow-only, so its rows cannot be deleted: nothing was written';
const KEY =
  'table "messages" is grow-only, so the key of its rows cannot be changed: nothing was written';

describeEachEngine('a grow-only table', (engine) => {
  test('refuses to delete a row, and to change its key', async () => {
    const client = await engine.open();
    const db = await openSite(schema, client);
    await db.insert(messages).values({ id: 'a', body: 'hello' });
    const before = await dump(client);
    for (const [statement, message] of [
      ['DELETE FROM messages', DELETE],
      ["DELETE FROM messages WHERE id = 'a'", DELETE],
      ["UPDATE messages SET id = 'b'", KEY],
      ["UPDATE messages SET id = 'b', body = 'moved' WHERE id = 'a'", KEY],
      ["UPDATE OR REPLACE messages SET id = 'b'", KEY],
    ] as const) {
      const error = await rejected(client.execute(statement));
      expect(messagesOf(error)).toContain('drizzle-crr: "messages" is grow-only');
      expect(error).not.toBeInstanceOf(CrrDatabaseError);
      const explained = explainError(error);
      expect(explained).toBeInstanceOf(CrrDatabaseError);
      expect(explained).toMatchObject({ code: 'CRR_DATABASE_GROW_ONLY', message, cause: error });
    }
    const raw = await rejected(db.delete(messages));
    expect(explainError(raw)).toMatchObject({ code: 'CRR_DATABASE_GROW_ONLY' });
    expect(await dump(client)).toBe(before);
  });

  test('refuses them in transactions and batches, of which nothing is written', async () => {
    const client = await engine.open();
    const db = await openSite(schema, client);
    await db.insert(messages).values({ id: 'a' });
    const before = await dump(client);
    const inTransaction = db.transaction(async (tx) => {
      await tx.insert(messages).values({ id: 'b' });
      await tx.delete(messages).where(eq(messages.id, 'a'));
    });
    await expect(inTransaction).rejects.toMatchObject({
      code: 'CRR_DATABASE_GROW_ONLY',
      message: DELETE,
    });
    const inBatch = db.batch([
      db.insert(messages).values({ id: 'b' }),
      db.update(messages).set({ id: 'c' }).where(eq(messages.id, 'a')),
    ]);
    await expect(inBatch).rejects.toMatchObject({ code: 'CRR_DATABASE_GROW_ONLY', message: KEY });
    expect(await dump(client)).toBe(before);
  });

  test('takes every other write', async () => {
    const db = await openSite(schema, await engine.open());
    const peer = await openSite(schema);
    await db.insert(messages).values({ id: 'a', body: 'one', read: 3 });
    await db.update(messages).set({ body: 'two', read: 2 });
    await db.update(messages).set({ id: 'a', likes: 4 }); // the key that it has
    await db
      .insert(messages)
      .values({ id: 'a' })
      .onConflictDoUpdate({ target: messages.id, set: { read: 7 } });
    await db.delete(messages).where(eq(messages.id, 'nothing'));
    expect(await db.select().from(messages)).toEqual([{ id: 'a', body: 'two', likes: 4, read: 7 }]);
    await exchange(db, peer);
    await db.run(
      sql`INSERT OR REPLACE INTO messages (id, body, likes, read) VALUES ('a', 'whole', 9, 1)`,
    );
    await peer.insert(messages).values({ id: 'b', body: 'of the peer' });
    await exchange(db, peer);
    const rows = [
      { id: 'a', body: 'whole', likes: 9, read: 1 },
      { id: 'b', body: 'of the peer', likes: 0, read: 0 },
    ];
    expect(await db.select().from(messages).orderBy(messages.id)).toEqual(rows);
    expect(await peer.select().from(messages).orderBy(messages.id)).toEqual(rows);
  });

  test('merges a delete and a key change of a site where rows can still go', async () => {
    const db = await openSite(schema, await engine.open());
    const other = await openSite({ messages: causal });
    await db.insert(messages).values([{ id: 'a' }, { id: 'b', body: 'b' }]);
    await exchange(db, other);
    await other.delete(causal).where(eq(causal.id, 'a'));
    await other.update(causal).set({ id: 'c' }).where(eq(causal.id, 'b'));
    const result = await db.$crr.apply(await other.$crr.changes());
    expect(result.deleted).toHaveLength(2);
    expect(await db.select().from(messages)).toMatchObject([{ id: 'c', body: 'b' }]);
    // A row that a merge deleted can be written again.
    await db.insert(messages).values({ id: 'a', body: 'again' });
    await exchange(db, other);
    expect(await other.select().from(causal).where(eq(causal.id, 'a'))).toMatchObject([
      { body: 'again' },
    ]);
  });

  test('lets rows be evicted', async () => {
    const db = await openSite(schema, await engine.open());
    await db.insert(messages).values([{ id: 'a' }, { id: 'b' }]);
    await db.$crr.transport.merge([], {
      evict: {
        rows: [{ table: 'messages', pk: packKey(['a']) }],
        sent: { cursor: await db.$crr.version(), skip: [] },
      },
    });
    expect(await db.select({ id: messages.id }).from(messages)).toEqual([{ id: 'b' }]);
  });
});

test('install() makes a table grow-only, and causal again', async () => {
  const site = await openSite({ messages: causal });
  await site.insert(causal).values([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  await site.delete(causal).where(eq(causal.id, 'a'));
  const feed = (await site.$crr.changes()).changes;
  const triggers = async () =>
    (
      await site.$client.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1")
    ).rows.map((row) => row.sql);
  const before = await triggers();

  const grown = await migrate(site, messages);
  expect((await grown.$crr.changes()).changes).toEqual(feed);
  const error = await rejected(grown.delete(messages));
  expect(explainError(error)).toMatchObject({ code: 'CRR_DATABASE_GROW_ONLY' });
  const installed = await dump(site.$client);
  await grown.$crr.install();
  expect(await dump(site.$client)).toBe(installed);

  const again = await migrate(site, causal);
  expect(await triggers()).toEqual(before);
  await again.delete(causal).where(eq(causal.id, 'b'));
  await again.update(causal).set({ id: 'd' });
  expect(await again.select({ id: causal.id }).from(causal)).toEqual([{ id: 'd' }]);
});

test('a database whose triggers are those of the other kind is refused before its first write', async () => {
  const client = memoryClient();
  await openSite({ messages: causal }, client);
  const db = withCrr(drizzle({ client: client }), { schema });
  const error = await rejected(db.transaction((tx) => tx.insert(messages).values({ id: 'a' })));
  expect(error).toMatchObject({ code: 'CRR_DATABASE_DRIFT' });
});

test('a table with only key columns grows too', async () => {
  const tags = crrTable('tags', { tag: text('tag').primaryKey().notNull() }, { rows: 'growOnly' });
  const [a, b] = [await openSite({ tags }), await openSite({ tags })];
  await a.insert(tags).values({ tag: 'red' });
  await b.insert(tags).values([{ tag: 'red' }, { tag: 'blue' }]);
  await exchange(a, b);
  for (const site of [a, b]) {
    expect(await site.select().from(tags).orderBy(tags.tag)).toEqual([
      { tag: 'blue' },
      { tag: 'red' },
    ]);
    expect(explainError(await rejected(site.delete(tags)))).toMatchObject({
      code: 'CRR_DATABASE_GROW_ONLY',
    });
  }
});

test('hostile names stand in the error as they are', async () => {
  const table = crrTable(
    'my "log"',
    { id: text('id').primaryKey().notNull() },
    { rows: 'growOnly' },
  );
  const db = await openSite({ table });
  await db.insert(table).values({ id: 'a' });
  const error = explainError(await rejected(db.delete(table)));
  expect(error).toMatchObject({ code: 'CRR_DATABASE_GROW_ONLY' });
  expect((error as Error).message).toContain('table "my ""log""" is grow-only');
});

describe('rows', () => {
  const plain = () => sqliteTable('t', { id: text('id').primaryKey().notNull() });
  const key = () => ({ id: text('id').primaryKey().notNull() });

  test('is declared by crrTable, with and without Drizzle’s third argument, and by asCrr', () => {
    const options = { rows: 'growOnly' } as const;
    for (const table of [
      crrTable('t', key(), options),
      crrTable('t', key(), () => [], options),
      crrTable('t', (c) => ({ id: c.text().primaryKey().notNull() }), options),
      asCrr(plain(), options),
      asCrr(crrTable('t', key(), options)), // what was declared before stays
      asCrr(crrTable('t', key()), { rows: 'growOnly', by: 'time' }),
    ]) {
      expect(readTableSpec(table).rows).toBe('growOnly');
    }
    for (const table of [
      crrTable('t', key()),
      crrTable('t', key(), { rows: 'causal' }),
      crrTable('t', key(), { rows: undefined }),
      asCrr(plain()),
      asCrr(crrTable('t', key(), options), { rows: 'causal' }),
    ]) {
      expect(readTableSpec(table).rows).toBe('causal');
    }
  });

  test('refuses what it does not know', () => {
    const usage = { code: 'CRR_USAGE_OPTION' };
    const wrong = { rows: 'grow-only' } as never;
    expect(() => crrTable('t', key(), wrong)).toThrow("rows must be 'causal' or 'growOnly'");
    expect(() => crrTable('t', key(), wrong)).toThrow(expect.objectContaining(usage));
    expect(() => crrTable('t', key(), () => [], wrong)).toThrow(expect.objectContaining(usage));
    expect(() => asCrr(plain(), wrong)).toThrow(expect.objectContaining(usage));
    expect(() => asCrr(plain(), { rows: null as never })).toThrow(expect.objectContaining(usage));
    expect(() => crrTable('t', key(), { row: 'growOnly' } as never)).toThrow(/rows/);
    expect(() => asCrr(plain(), { row: 'growOnly' } as never)).toThrow(
      expect.objectContaining(usage),
    );
  });
});
