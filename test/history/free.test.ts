/** A table without history pays nothing for it. */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { tableStatements } from '../../src/tables/modules.js';
import { openSite } from '../support/site.js';

const columns = { id: text('id').primaryKey().notNull(), title: text('title') };
const plain = crrTable('plain', columns);
const logged = crrTable('logged', columns, { history: true });

const statementsOf = (schema: Record<string, typeof plain>) =>
  tableStatements(readSchema(schema).tables.get('plain')!);

test('its statements are the same beside a table with history, and know no log', () => {
  const alone = statementsOf({ plain });
  expect(statementsOf({ plain, logged: logged as never })).toEqual(alone);
  expect(statementsOf({ plain: crrTable('plain', columns, { history: false }) })).toEqual(alone);
  expect(alone.filter((sql) => /__crr_(log|head)/.test(sql))).toEqual([]);
  const withHistory = statementsOf({ plain: crrTable('plain', columns, { history: true }) });
  expect(withHistory.filter((sql) => /__crr_log/.test(sql))).not.toEqual([]);
});

test('its changes are the same, and have no events', async () => {
  const db = await openSite({ plain, logged });
  await db.insert(plain).values({ id: 'a', title: 'x' });
  await db.insert(logged).values({ id: 'a', title: 'x' });
  const of = async (table: typeof plain) =>
    (await db.$crr.changes({ tables: [table] })).changes.map(({ cid }) => cid);
  expect(await of(plain)).toEqual(['title']);
  expect(await of(logged as never)).toEqual(['title', '-2']);
});
