/** Values keep their class, and every update of them travels, whatever the DDL adds to a column's type. */

import { customType, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';

const declared = (type: string) => customType<{ data: unknown }>({ dataType: () => type });

test.each([
  ['a collation and no type', 'COLLATE NOCASE', 'c COLLATE NOCASE', ''],
  ['a type and a collation', 'TEXT COLLATE NOCASE', 'c TEXT COLLATE NOCASE', ''],
  ['a collation that only the database knows', 'text', 'c TEXT COLLATE NOCASE', ''],
  ['ANY in a STRICT table', 'ANY', 'c ANY', ' STRICT'],
  ['a collation that only a STRICT table knows', 'text', 'c TEXT COLLATE NOCASE', ' STRICT'],
])('%s', async (_, type, column, strict) => {
  const t = crrTable('t', { id: text('id').primaryKey().notNull(), c: declared(type)('c') });
  const ddl = `CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL, ${column})${strict}`;
  const open = () => openSite({ t }, undefined, { ddl });
  const [a, b] = [await open(), await open()];
  const shown = async ({ $client }: typeof a) => {
    const { rows } = await $client.execute('SELECT typeof(c) AS class, c FROM t ORDER BY id');
    return rows.map((row) => [row.class, row.c]);
  };
  await a.$client.execute("INSERT INTO t VALUES ('k', '007'), ('l', 'a')");
  await exchange(a, b);
  expect(await shown(b)).toEqual([
    ['text', '007'],
    ['text', 'a'],
  ]);
  await b.$client.execute("UPDATE t SET c = 'A' WHERE id = 'l'");
  await exchange(a, b);
  // Written alike but for the case, at equal versions: the greater bytes win.
  await a.$client.execute("UPDATE t SET c = 'x' WHERE id = 'k'");
  await b.$client.execute("UPDATE t SET c = 'X' WHERE id = 'k'");
  await exchange(a, b);
  const rows = [
    ['text', 'x'],
    ['text', 'A'],
  ];
  expect(await shown(a)).toEqual(rows);
  expect(await shown(b)).toEqual(rows);
});
