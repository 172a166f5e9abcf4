import { drizzle } from 'drizzle-orm/libsql';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { asCrr, crrTable, unpackKey, withCrr } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { memoryClient } from '../support/client.js';
import { openSite } from '../support/site.js';

const first = crrTable('t', { id: text('id').primaryKey().notNull(), a: text('a'), b: text('b') });

async function database() {
  const client = memoryClient();
  const open = (schema: Record<string, unknown>) => withCrr(drizzle(client), { schema });
  const db = await openSite({ first }, client);
  await db.insert(first).values([
    { id: 'x', a: '1' },
    { id: 'y', a: '2' },
  ]);
  const check = (schema: Record<string, unknown>) =>
    checkDatabase(libsqlConnection(client), readSchema(schema, { allowNone: true }));
  const cells = async (schema: Record<string, unknown>) =>
    (await open(schema).$crr.changes()).changes
      .map(
        ({ pk, cid, col_version, cl }) => `${unpackKey(pk).join('/')}.${cid}@${col_version}/${cl}`,
      )
      .sort();
  return { client, open, check, cells };
}

test('a column dropped and one added behind our back', async () => {
  const { client, open, check, cells } = await database();
  await client.execute('DROP TRIGGER t__crr_on_update_b');
  await client.executeMultiple(
    `${(await client.execute("SELECT group_concat('DROP TRIGGER \"' || name || '\"', ';') AS s FROM sqlite_master WHERE type = 'trigger' AND name LIKE 't\\_\\_%' ESCAPE '\\'")).rows[0]!.s}; ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD c text DEFAULT 'new'`,
  );
  const second = crrTable('t', {
    id: text('id').primaryKey().notNull(),
    a: text('a'),
    c: text('c').default('new'),
  });
  const messages = (await check({ second })).map(({ message }) => message);
  expect(messages).toContain('column "c" has no clocks');
  expect(messages).toContain('clocks of the former column "b" remain');
  await open({ second }).$crr.install();
  expect(await check({ second })).toEqual([]);
  expect(await cells({ second })).toEqual(['x.a@1/1', 'y.a@1/1']);
});

test('rows written, deleted and re-created while the triggers were missing', async () => {
  const { client, open, check, cells } = await database();
  await open({ first }).delete(first);
  await open({ first }).insert(first).values({ id: 'gone' });
  await client.execute('DROP TRIGGER t__crr_on_insert');
  await client.execute('DROP TRIGGER t__crr_on_delete');
  await client.execute("INSERT INTO t VALUES ('x', 'again', NULL), ('z', 'new', NULL)");
  await client.execute("DELETE FROM t WHERE id = 'gone'");
  await open({ first }).$crr.install();
  expect(await check({ first })).toEqual([]);
  expect(await cells({ first })).toEqual([
    'gone.-1@2/2',
    'x.-1@3/3',
    'x.a@1/3',
    'x.b@1/3',
    'y.-1@2/2',
    'z.a@1/1',
    'z.b@1/1',
  ]);
});

test('a key that changed is filled again', async () => {
  const { client, open, check, cells } = await database();
  await client.executeMultiple(
    "DROP TABLE t__crr_merge; DROP TABLE t; CREATE TABLE t (id text NOT NULL, a text NOT NULL, b text, PRIMARY KEY (id, a)); INSERT INTO t VALUES ('x', '1', 'b')",
  );
  const keyed = asCrr(
    sqliteTable('t', { id: text('id').notNull(), a: text('a').notNull(), b: text('b') }, (t) => [
      primaryKey({ columns: [t.id, t.a] }),
    ]),
  );
  expect((await check({ keyed })).map(({ kind }) => kind)).toContain('clock-key');
  await open({ keyed }).$crr.install();
  expect(await check({ keyed })).toEqual([]);
  expect(await cells({ keyed })).toEqual(['x/1.b@1/1']);
});

test('what remains of a table that is plain now goes, what another schema uses stays', async () => {
  const { client, open, check } = await database();
  const other = crrTable('u', { id: integer('id').primaryKey().notNull() });
  await client.execute('CREATE TABLE u (id integer PRIMARY KEY NOT NULL)');
  await open({ other }).$crr.install();
  expect(await check({ first })).toEqual([]);
  const plain = sqliteTable('t', { id: text('id').primaryKey().notNull() });
  expect(await check({ other, plain })).toMatchObject([{ kind: 'left-over', table: 't' }]);
  await open({ other, plain }).$crr.install();
  expect(await check({ other, plain })).toEqual([]);
  const { rows } = await client.execute(
    "SELECT name FROM sqlite_master WHERE name LIKE 't\\_\\_%' ESCAPE '\\'",
  );
  expect(rows).toEqual([]);
});
