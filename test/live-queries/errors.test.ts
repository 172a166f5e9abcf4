/** What is wrong with a live query arrives where it is used, with a code. */
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test, vi } from 'vitest';
import { messages } from '../../src/database/database-errors.js';
import { CrrError, crrTable, withCrr } from '../../src/index.js';
import { liveQuery } from '../../src/live-queries/index.js';
import { hubOf } from '../../src/live-queries/live-query.js';
import { memoryClient } from '../support/client.js';
import { openSite } from '../support/site.js';
import { follow } from './follow.js';

const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), body: text('body') });
const missing = sqliteTable('missing', { id: text('id').primaryKey() });
const schema = { notes };

describe('bad input', () => {
  test('a table that does not exist, until there is one', async () => {
    const db = await openSite(schema);
    const query = liveQuery(db, (db) => db.select().from(missing), { pollMs: 20 });
    const following = follow(query);
    const { status, data, error } = await following.count(1);
    expect({ status, data }).toEqual({ status: 'failed', data: undefined });
    expect(error).toBeInstanceOf(CrrError);
    expect(error).toMatchObject({
      code: 'CRR_DATABASE_TABLE_MISSING',
      message:
        'a live query reads the table "missing", which the database does not have: run the migrations, or correct the name',
    });
    await db.insert(notes).values({ id: 'a' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(following.snapshots).toHaveLength(1);
    await db.run(sql`CREATE TABLE missing (id TEXT PRIMARY KEY)`);
    expect(await following.count(2)).toEqual({ status: 'ready', data: [], error: undefined });
    await db.insert(missing).values({ id: 'm' });
    expect((await following.count(3)).data).toEqual([{ id: 'm' }]);
  });

  test('other errors of the database pass', async () => {
    const db = await openSite(schema);
    const { error } = await follow(liveQuery(db, () => sql`SELECT absent FROM notes`)).count(1);
    expect(messages(error)).toContain('no such column: absent');
  });

  test('a database without bookkeeping, until it is installed', async () => {
    const client = memoryClient();
    await client.execute('CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, body TEXT)');
    const db = withCrr(drizzle({ client, schema }), { schema });
    const following = follow(liveQuery(db, (db) => db.select().from(notes), { pollMs: 20 }));
    expect((await following.count(1)).error).toMatchObject({ code: 'CRR_DATABASE_NOT_INSTALLED' });
    await db.$crr.install();
    await vi.waitFor(() => expect(following.error).toBeUndefined(), { timeout: 5_000 });
    const before = following.snapshots.length;
    await db.insert(notes).values({ id: 'a' });
    expect((await following.count(before + 1)).data).toHaveLength(1);
  });

  test('a database that is closed: the error comes once, and nothing goes on', async () => {
    const db = await openSite(schema);
    const query = liveQuery(db, (db) => db.select().from(notes), { pollMs: 10 });
    const following = follow(query);
    const { data } = await following.count(1);
    db.$client.close();
    const closed = { status: 'failed', data, error: { code: 'CRR_DATABASE_CLOSED' } };
    expect(await following.count(2)).toMatchObject(closed);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(following.snapshots).toHaveLength(2);
    expect(hubOf(db).internals.writes.size).toBe(0);
    // Another one is told, too.
    const other = follow(liveQuery(db, (db) => db.select({ n: notes.body }).from(notes)));
    expect((await other.count(1)).error).toMatchObject({ code: 'CRR_DATABASE_CLOSED' });
  });

  test.each([
    ['nothing', () => undefined, 'found undefined'],
    ['rows', () => [], 'found rows'],
    ['a promise', async () => 1, 'found a promise'],
    ['a text', () => 'SELECT 1', 'found string'],
  ])('a function that returns %s', async (_, query, message) => {
    const db = await openSite(schema);
    expect(() => liveQuery(db, query as never)).toThrow(message);
  });

  test('unknown options, and what withCrr() did not make', async () => {
    const db = await openSite(schema);
    const usage = expect.objectContaining({ code: 'CRR_USAGE_OPTION' });
    const all = () => db.select().from(notes);
    expect(() => liveQuery(db, all, { poll: 1 } as never)).toThrow(usage);
    expect(() => liveQuery(db, all, { pollMs: 0 })).toThrow(usage);
    expect(() => liveQuery({ $crr: {} } as never, all)).toThrow(usage);
  });

  test('an error that a listener throws stops no other, and goes to the console', async () => {
    const db = await openSite(schema);
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const query = liveQuery(db, (db) => db.select().from(notes));
    const stop = query.subscribe(() => {
      throw new Error('of a listener');
    });
    await follow(query).count(1);
    expect(error).toHaveBeenCalledWith(expect.objectContaining({ message: 'of a listener' }));
    stop();
    error.mockRestore();
  });
});
