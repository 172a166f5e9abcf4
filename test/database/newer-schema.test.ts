/** A process that still has the schema from before a migration, beside one that has the newer schema. */
import { eq } from 'drizzle-orm';
import { integer } from 'drizzle-orm/sqlite-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { crrTable } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { memoryClient } from '../support/client.js';
import { openSite } from '../support/site.js';
import {
  columns,
  MIGRATIONS,
  type Migration,
  migrate,
  notes,
  open,
  RENAMED_TABLE,
  rowsOf,
  syncOf,
  tags,
  V1,
} from './old-process.js';

/** A server of which one process was deployed before a migration, and one after it. */
async function server() {
  const client = memoryClient();
  const old = await openSite(V1, client);
  await old.insert(notes).values({ id: 'a', title: 'x', n: 1 });
  // Everything that a process keeps of a database is known before the migration.
  await old.$crr.apply((await old.$crr.changes()).changes.slice(0, 0));
  return { client, old };
}

describe.each(Object.entries(MIGRATIONS))(
  'beside a migration with %s',
  (name, migration: Migration) => {
    test('the process from before reads, applies and writes', async () => {
      const { client, old } = await server();
      const before = (await old.$crr.changes()).cursor;
      await migrate(client, migration);
      const peer = await openSite(migration.schema);
      await peer.$crr.apply(await old.$crr.changes());
      expect(await rowsOf(peer.$client)).toEqual(await rowsOf(client));
      // A change of the newer schema, all columns of it, comes in and is passed on.
      await peer.insert(migration.schema.notes!).values({ id: 'b' } as never);
      if (name.startsWith('an added c')) await peer.$client.execute('UPDATE notes SET extra = 7');
      await old.$crr.apply(await peer.$crr.changes());
      expect(await old.$crr.pendingCount()).toBe(0);
      expect(await rowsOf(client)).toEqual(await rowsOf(peer.$client));
      await client.execute("INSERT INTO notes (id) VALUES ('c')");
      await old.delete(notes).where(eq(notes.id, 'a'));
      const third = await openSite(migration.schema);
      await third.$crr.apply(await old.$crr.changes());
      expect(await rowsOf(third.$client)).toEqual(await rowsOf(client));
      await peer.$crr.apply(await old.$crr.changes({ since: before }));
      expect(await rowsOf(peer.$client)).toEqual(await rowsOf(client));
    });

    test('its handler serves clients from before and after, and nothing is lost', async () => {
      const { client, old } = await server();
      const errors: unknown[] = [];
      const handler = createSyncHandler({ db: old, public: true, onError: (e) => errors.push(e) });
      const [a, b] = [await openSite(V1), await openSite(migration.schema)];
      await syncOf(a, handler).sync();
      await migrate(client, migration);
      await a.insert(notes).values({ id: 'b', title: 'from before' });
      await b.insert(migration.schema.notes!).values({ id: 'c' } as never);
      if (name.startsWith('an added c')) await b.$client.execute('UPDATE notes SET extra = 7');
      for (let i = 0; i < 2; i++) for (const db of [a, b]) await syncOf(db, handler).sync();
      expect(errors).toEqual([]);
      expect(await rowsOf(b.$client)).toEqual(await rowsOf(client));
      // The server is restarted, and the client migrates.
      const next = createSyncHandler({ db: open(client, migration.schema), public: true });
      await migrate(a.$client, migration);
      const migrated = open(a.$client, migration.schema);
      for (let i = 0; i < 2; i++) for (const db of [migrated, b]) await syncOf(db, next).sync();
      expect(await rowsOf(a.$client)).toEqual(await rowsOf(client));
      expect(await rowsOf(b.$client)).toEqual(await rowsOf(client));
    });

    test('a handler with conditions goes on, also if it started after the migration', async () => {
      const { client, old } = await server();
      await migrate(client, migration);
      for (const db of [old, open(client, V1)]) {
        const errors: unknown[] = [];
        const handler = createSyncHandler({
          db,
          authorize: () => ({
            id: 'u',
            tables: { notes: { where: eq(notes.id, 'a') }, tags: true },
          }),
          onError: (e) => errors.push(e),
        });
        const site = await openSite(migration.schema);
        await syncOf(site, handler).sync();
        expect(await rowsOf(site.$client)).toEqual(await rowsOf(client));
        await site.delete(migration.schema.notes!);
        await syncOf(site, handler).sync();
        expect(errors).toEqual([]);
        expect(await rowsOf(client)).toEqual([]);
        await client.execute("INSERT INTO notes (id) VALUES ('a')");
      }
    });

    test('install() of the process from before takes nothing out of replication', async () => {
      const { client } = await server();
      await migrate(client, migration);
      if (name.startsWith('an added')) {
        await open(client, V1).$crr.install();
        expect(await checkDatabase(libsqlConnection(client), readSchema(migration.schema))).toEqual(
          [],
        );
      }
    });
  },
);

test('a column that the process does not know is not written under rights that it does not know', async () => {
  const { client, old } = await server();
  const migration = MIGRATIONS['an added column'];
  await migrate(client, migration);
  const authorize = (readOnly: string[]) => () => ({
    id: 'u',
    tables: { notes: { readOnly, onReadOnly: 'ignore' as const } },
  });
  const before = createSyncHandler({ db: old, authorize: authorize([]) });
  const site = await openSite({ notes: migration.schema.notes });
  await syncOf(site, before).sync();
  await site.$client.execute("UPDATE notes SET title = 'mine', extra = 'stolen'");
  await syncOf(site, before).sync();
  expect(await rowsOf(client)).toEqual([{ id: 'a', title: 'mine', n: 1, extra: 'e' }]);
  expect(await old.$crr.pendingCount()).toBe(1);
  const db = open(client, migration.schema);
  await syncOf(site, createSyncHandler({ db, authorize: authorize(['extra']) })).sync();
  expect(await rowsOf(client)).toEqual([{ id: 'a', title: 'mine', n: 1, extra: 'e' }]);
});

test('and is merged by the newer process if it may be', async () => {
  const { client, old } = await server();
  const migration = MIGRATIONS['an added column'];
  await migrate(client, migration);
  const authorize = () => ({ id: 'u', tables: { notes: true as const } });
  const site = await openSite({ notes: migration.schema.notes });
  const before = createSyncHandler({ db: old, authorize });
  await syncOf(site, before).sync();
  await site.$client.execute("UPDATE notes SET extra = 'new'");
  await site.$client.execute("INSERT INTO notes VALUES ('b', 'row', 2, 'whole')");
  await syncOf(site, before).sync();
  await syncOf(site, createSyncHandler({ db: open(client, migration.schema), authorize })).sync();
  expect(await rowsOf(client)).toEqual(await rowsOf(site.$client));
});

test('a renamed table: other tables are served, and this one says what to do', async () => {
  const { client, old } = await server();
  const errors: unknown[] = [];
  const handler = createSyncHandler({ db: old, public: true, onError: (e) => errors.push(e) });
  await migrate(client, RENAMED_TABLE);
  await client.execute("INSERT INTO tags VALUES ('t', 'red')");
  const error = await Promise.resolve(old.$crr.changes()).catch((e: unknown) => e);
  expect(error).toMatchObject({
    code: 'CRR_DATABASE_NEWER_SCHEMA',
    message: expect.stringMatching(/"notes" was renamed to "posts".*Restart/),
  });
  expect((await old.$crr.changes({ tables: [tags] })).changes).toHaveLength(1);
  const peer = await openSite(V1);
  await peer.insert(notes).values({ id: 'late', title: 'late' });
  // It waits, and finds its table when the newer process applies something.
  await old.$crr.apply(await peer.$crr.changes());
  await expect(syncOf(peer, handler).sync()).rejects.toMatchObject({
    code: 'CRR_SYNC_OUTDATED',
    status: 503,
  });
  const some = createSync({
    db: peer,
    url: 'http://server.test/sync',
    tables: ['tags'],
    fetch: handler,
  });
  onTestFinished(() => some.stop());
  await some.sync();
  expect(await rowsOf(peer.$client, 'tags')).toEqual([{ id: 't', name: 'red' }]);
  expect(errors).toEqual([]);
  const next = open(client, RENAMED_TABLE.schema);
  await next.$crr.apply([]);
  expect((await rowsOf(client, 'posts')).map((row) => row.id)).toEqual(['a', 'late']);
});

test('install() of the process from before says that a table was renamed', async () => {
  const { client } = await server();
  await migrate(client, RENAMED_TABLE);
  await expect(open(client, V1).$crr.install()).rejects.toMatchObject({
    code: 'CRR_DATABASE_NEWER_SCHEMA',
    message: expect.stringMatching(/"notes" was renamed to "posts"/),
  });
});

test('a changed key is not served by the process from before', async () => {
  const { client, old } = await server();
  const changed = crrTable('notes', {
    id: integer('id').primaryKey().notNull(),
    title: columns.title,
    n: columns.n,
  });
  await client.execute('DELETE FROM notes');
  await migrate(client, {
    schema: { notes: changed, tags },
    ddl: [
      'DROP TABLE notes',
      'CREATE TABLE notes (id integer PRIMARY KEY NOT NULL, title text, n integer DEFAULT 3 NOT NULL)',
    ],
  });
  await expect(Promise.resolve(old.$crr.changes())).rejects.toMatchObject({
    code: 'CRR_DATABASE_NEWER_SCHEMA',
    message: expect.stringMatching(/"notes" has another key/),
  });
  expect((await old.$crr.changes({ tables: ['tags'] })).changes).toEqual([]);
});

test('a condition that names a column that is gone says what to do', async () => {
  const { client, old } = await server();
  const errors: unknown[] = [];
  const handler = createSyncHandler({
    db: old,
    authorize: () => ({ tables: { notes: { where: eq(notes.title, 'x') } } }),
    onError: (e) => errors.push(e),
  });
  await migrate(client, MIGRATIONS['a renamed column']);
  const site = await openSite({ notes });
  await expect(syncOf(site, handler).sync()).rejects.toMatchObject({ code: 'CRR_SYNC_OUTDATED' });
  expect(errors).toEqual([]);
});

test('a schema that the database has not been migrated to is still drift', async () => {
  const { client } = await server();
  const next = open(client, MIGRATIONS['an added column'].schema);
  await expect(Promise.resolve(next.$crr.changes())).rejects.toMatchObject({
    code: 'CRR_DATABASE_DRIFT',
  });
});

test('noticing costs no query', async () => {
  const { client, old } = await server();
  const seen: string[] = [];
  const { batch } = client;
  client.batch = ((statements: { sql: string }[], mode: 'read') => {
    seen.push(...statements.map(({ sql }) => sql));
    return batch.call(client, statements, mode);
  }) as never;
  await old.$crr.changes();
  await old.$crr.apply((await old.$crr.changes()).changes);
  expect(seen.filter((sql) => /sqlite_master|crr_table/.test(sql))).toEqual([]);
});
