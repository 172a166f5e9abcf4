import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { CrrCore } from '../../src/database/crr.js';
import { internalsOf } from '../../src/drizzle/internals.js';
import { crrTable } from '../../src/index.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { openSite } from '../support/site.js';

const columns = { id: text('id').primaryKey(), title: text('title') };
const notes = crrTable('notes', columns);
const tags = crrTable('tags', columns);

/** Another process with a schema, and the statements that its install() has run. */
function processOn(
  db: Awaited<ReturnType<typeof openSite>>,
  tables: Record<string, unknown> = { notes, tags },
) {
  const { connection } = internalsOf(db.$crr);
  const statements: string[] = [];
  let hasCookie = true;
  const batch: typeof connection.batch = async (some, mode) => {
    statements.push(...some.map(({ sql }) => sql));
    if (!hasCookie && some.some(({ sql }) => sql.includes('pragma_schema_version'))) {
      throw new Error('not authorized');
    }
    return connection.batch(some, mode);
  };
  const core = new CrrCore({ connection: { ...connection, batch }, schema: readSchema(tables) });
  return {
    core,
    hideCookie: () => {
      hasCookie = false;
    },
    /** Whether it has looked at every object. */
    async install() {
      statements.length = 0;
      await core.install();
      return statements.some((sql) => sql.includes('sqlite_master'));
    },
  };
}

const objects = async (db: Awaited<ReturnType<typeof openSite>>) =>
  (await db.$client.execute('SELECT name, sql FROM sqlite_master ORDER BY name')).rows.map(String);

test('what one process has installed, others need not look at', async () => {
  const db = await openSite({ notes, tags });
  const other = processOn(db);
  expect(await other.install()).toBe(false);
  await db.insert(notes).values({ id: 'a', title: 'one' });
  expect(await other.install()).toBe(false);
  expect((await other.core.read('changes()', {})).changes).toHaveLength(1);
});

test('whatever changes sqlite_master is looked at, and repaired', async () => {
  const db = await openSite({ notes, tags });
  const before = await objects(db);
  const other = processOn(db);
  await db.$client.execute('DROP TRIGGER "notes__crr_on_insert"');
  expect(await other.install()).toBe(true);
  expect(await objects(db)).toEqual(before);
  expect(await other.install()).toBe(false);
  await db.$client.execute('CREATE TABLE something_else (a)');
  expect(await other.install()).toBe(true);
  expect(await other.install()).toBe(false);
});

test('so is another schema, and what was recorded of a table', async () => {
  const db = await openSite({ notes, tags });
  const narrow = processOn(db, { notes });
  expect(await narrow.install()).toBe(true);
  expect(await narrow.install()).toBe(false);
  expect(await processOn(db).install()).toBe(true);
  const other = processOn(db);
  await db.$client.execute("UPDATE crr_table SET spec = '{}' WHERE table_name = 'tags'");
  await expect(other.install()).rejects.toThrow(); // As ever: nobody knows what the table was.
});

test('rows without clocks get them, although sqlite_master is the same', async () => {
  const db = await openSite({ notes, tags });
  await db.$client.batch(
    [
      'UPDATE crr_state SET applying = 1',
      "INSERT INTO notes (id, title) VALUES ('unseen', 'by no trigger')",
      'UPDATE crr_state SET applying = 0',
    ],
    'write',
  );
  expect(await processOn(db).install()).toBe(true);
  const { changes } = await db.$crr.changes();
  expect(changes.map(({ val }) => val)).toEqual(['by no trigger']);
});

test('an engine that does not show the state of sqlite_master looks each time', async () => {
  const db = await openSite({ notes, tags });
  const other = processOn(db);
  other.hideCookie();
  expect(await other.install()).toBe(true);
  expect(await other.install()).toBe(true);
});
