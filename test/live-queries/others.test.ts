/** Changes by other connections and processes, and rows that change without a stamp of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { afterAll, describe, expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { liveQuery } from '../../src/live-queries/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { openClient } from '../support/client.js';
import { openSite } from '../support/site.js';
import { follow, settled } from './follow.js';

const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-live-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = () => `file:${join(folder, `${++files}.db`)}`;

const authors = crrTable('authors', {
  id: text('id').primaryKey().notNull(),
  email: text('email').unique(),
});
const books = crrTable('books', {
  id: text('id').primaryKey().notNull(),
  author: text('author')
    .notNull()
    .references(() => authors.id, { onDelete: 'cascade' }),
  title: text('title'),
});
const loose = crrTable('loose', { id: text('id').primaryKey().notNull(), owner: text('owner') });
const plain = sqliteTable('plain', { id: text('id').primaryKey() });
const schema = { authors, books, loose, plain };
const DDL = [
  'CREATE TABLE IF NOT EXISTS authors (id TEXT PRIMARY KEY NOT NULL, email TEXT)',
  'CREATE UNIQUE INDEX IF NOT EXISTS authors_email_unique ON authors (email)',
  'CREATE TABLE IF NOT EXISTS books (id TEXT PRIMARY KEY NOT NULL, author TEXT NOT NULL REFERENCES authors(id) ON DELETE CASCADE, title TEXT)',
  'CREATE TABLE IF NOT EXISTS loose (id TEXT PRIMARY KEY NOT NULL, owner TEXT)',
  'CREATE TABLE IF NOT EXISTS plain (id TEXT PRIMARY KEY)',
];
const open = (url: string) => openSite(schema, openClient({ url }), { ddl: DDL });
const pollMs = 20;

describe('another connection to the same file', () => {
  test('its writes and applies', async () => {
    const url = newFile();
    const [db, other, remote] = [await open(url), await open(url), await open(newFile())];
    const all = follow(
      liveQuery(db, (db) => db.select().from(loose).orderBy(loose.id), { pollMs }),
    );
    const one = follow(
      liveQuery(db, (db) => db.select().from(loose).where(eq(loose.id, 'b')), { pollMs }),
    );
    await Promise.all([all.count(1), one.count(1)]);
    await other.insert(loose).values({ id: 'a' });
    expect((await all.count(2)).data).toHaveLength(1);
    await remote.insert(loose).values({ id: 'b' });
    await other.$crr.apply(await remote.$crr.changes());
    expect((await all.count(3)).data).toHaveLength(2);
    expect((await one.count(2)).data).toHaveLength(1);
    expect(one.snapshots).toHaveLength(2);
  });

  test('its writes to plain tables', async () => {
    const url = newFile();
    const [db, other] = [await open(url), await open(url)];
    const following = follow(liveQuery(db, (db) => db.select().from(plain), { pollMs }));
    await following.count(1);
    await other.insert(plain).values({ id: 'a' });
    expect((await following.count(2)).data).toEqual([{ id: 'a' }]);
    await db.insert(loose).values({ id: 'a' });
    await other.insert(plain).values({ id: 'b' });
    expect((await following.count(3)).data).toHaveLength(2);
  });

  test('a row that it hides and shows again, with no stamp of its own', async () => {
    const url = newFile();
    const [db, other, remote] = [await open(url), await open(url), await open(newFile())];
    await other.insert(authors).values({ id: 'x', email: 'mine' });
    await other.insert(books).values({ id: 'b', author: 'x' });
    const book = follow(
      liveQuery(db, (db) => db.select().from(books).where(eq(books.id, 'b')), { pollMs }),
    );
    expect((await book.count(1)).data).toHaveLength(1);
    // The row with the least key keeps the address, so the other one shows NULL.
    const email = follow(
      liveQuery(
        db,
        (db) => db.select({ email: authors.email }).from(authors).where(eq(authors.id, 'x')),
        { pollMs },
      ),
    );
    expect((await email.count(1)).data).toEqual([{ email: 'mine' }]);
    await remote.insert(authors).values({ id: 'a', email: 'mine' });
    await other.$crr.apply(await remote.$crr.changes());
    expect((await email.count(2)).data).toEqual([{ email: null }]);
    await remote.delete(authors);
    await other.$crr.apply(await remote.$crr.changes());
    expect((await email.count(3)).data).toEqual([{ email: 'mine' }]);
  });

  test('a restored file', async () => {
    const db = await open(newFile());
    await db.insert(loose).values([{ id: 'a' }, { id: 'b' }]);
    const following = follow(liveQuery(db, (db) => db.select().from(loose), { pollMs }));
    await following.count(1);
    await db.$client.execute("DELETE FROM loose WHERE id = 'b'");
    await following.count(2);
    await db.$client.execute('UPDATE crr_state SET db_version = 1');
    await db.$client.execute('UPDATE crr_state SET applying = 1');
    await db.$client.execute('DELETE FROM loose');
    await db.$client.execute('UPDATE crr_state SET applying = 0');
    expect((await following.count(3)).data).toEqual([]);
  });
});

describe('a sync of some rows', () => {
  test.each(['this process', 'another process'])('rows that %s evicts', async (who) => {
    const url = newFile();
    const [db, server] = [await open(url), await open(newFile())];
    const handler = createSyncHandler({
      db: server,
      authorize: () => ({ id: 'ann', tables: { loose: { where: eq(loose.owner, 'ann') } } }),
    });
    await server.insert(loose).values({ id: 'a', owner: 'ann' });
    const syncing = who === 'this process' ? db : await open(url);
    const sync = createSync({ db: syncing, fetch: handler });
    await sync.sync();
    const all = follow(liveQuery(db, (db) => db.select().from(loose), { pollMs }));
    const one = follow(
      liveQuery(db, (db) => db.select().from(loose).where(eq(loose.id, 'a')), { pollMs }),
    );
    expect((await all.count(1)).data).toHaveLength(1);
    await one.count(1);
    await server.update(loose).set({ owner: 'bob' });
    await sync.sync();
    // The db_version alone would not show it.
    if (who === 'another process') await syncing.insert(authors).values({ id: 'x' });
    expect((await all.count(2)).data).toEqual([]);
    expect((await one.count(2)).data).toEqual([]);
    await settled(db);
  });
});
