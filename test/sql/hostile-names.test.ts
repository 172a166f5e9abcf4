/** Any legal name of a table or column works: each goes through a row's whole life on two databases. */
import { eq, getTableName } from 'drizzle-orm';
import { blob, integer, primaryKey, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { counter, crrTable, mvr } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';

const NAMES = [
  'with space',
  ' ',
  'double"quote',
  '""',
  "single'quote",
  "';--",
  'back`tick',
  '[bracket]',
  'semi;colon',
  'new\nline',
  'tab\t',
  'back\\slash',
  '?',
  '?1',
  ':name',
  '@name',
  '$1',
  '%s',
  '--',
  '/*',
  '*/',
  '1st',
  '0',
  'naïve',
  '表',
  '\u{1F600}',
  '\u200B',
  'select',
  'table',
  'order',
  'group',
  'key',
  'rowid',
  'oid',
  'old',
  'new',
  'excluded',
  'null',
  'true',
  'cl',
  'dbv',
  'v0',
  'd0',
  'q0',
  'dl',
  'ss',
  'pk',
  'tbl',
  'cid',
  'val',
  'site',
  'seq',
  'tx',
  'db_version',
  'applying',
  'w',
  'b',
  'k',
  'o',
  'p',
  'x',
  'st',
  'n',
  'k1',
  'v_x',
  'k_x',
  'd_k_x',
  'update_x',
];

describe('names of tables and columns', () => {
  // Several at a time, in one database: their bookkeeping must not get in each other's way either.
  test.each(chunks(NAMES, 8))('%j %j %j %j %j %j %j %j', async (...names) => {
    await wholeLife(names.map(hostile));
  });

  test.each(NAMES.filter((_, i) => i % 6 === 0))(
    '%j as an integer key, with columns named as clocks are',
    async (name) => {
      const table = crrTable(`t ${name}`, {
        id: integer(name).primaryKey(),
        v_x: text(name === 'v_x' ? 'v_v_x' : 'v_x'),
        x: text('xx'),
        cl: text(name === 'cl' ? 'cl_' : 'cl'),
        dbv: text(name === 'dbv' ? 'dbv_' : 'dbv'),
        k: text('k_'),
      });
      const [a, b] = [await openSite({ table }), await openSite({ table })];
      await a.insert(table).values({ id: 5, x: 'x', v_x: 'v', cl: 'c', dbv: 'd', k: 'k' });
      await exchange(a, b);
      await b.update(table).set({ v_x: 'v2', cl: 'c2', dbv: 'd2' });
      await a.update(table).set({ id: 6 });
      await exchange(a, b);
      const rows = await a.select().from(table);
      expect(await b.select().from(table)).toEqual(rows);
      expect(rows.map(({ id }) => id)).toContain(6);
    },
  );

  test.each(['k', 'K', 'b', 'p', 'st', 'new', 'old', 'o', 'x', 'w', 'excluded'])(
    'table %j, with columns that bear the names of the bookkeeping',
    async (name) => {
      const table = crrTable(name, {
        id: text('id').primaryKey(),
        cl: text('cl'),
        dbv: text('dbv'),
        v0: text('v0'),
        d0: text('d0'),
        k_id: text('k_id'),
        c_cl: text('c_cl'),
        v_cl: text('v_cl'),
        key: text('key'),
        db_version: text('db_version'),
        site: text('site'),
        seq: text('seq'),
        w: text('w').notNull(),
      });
      const [a, b] = [await openSite({ table }), await openSite({ table })];
      const row = (id: string, v: string) => ({
        id,
        ...Object.fromEntries(
          [
            'cl',
            'dbv',
            'v0',
            'd0',
            'k_id',
            'c_cl',
            'v_cl',
            'key',
            'db_version',
            'site',
            'seq',
            'w',
          ].map((column) => [column, `${v}-${column}`]),
        ),
      });
      await a.insert(table).values(row('a', '1') as never);
      await b.insert(table).values(row('b', '1') as never);
      await exchange(a, b);
      await a.update(table).set({ cl: 'x', v_cl: 'y', k_id: 'z' }).where(eq(table.id, 'a'));
      await b.update(table).set({ dbv: 'x', db_version: 'y' }).where(eq(table.id, 'a'));
      await exchange(a, b);
      const expected = {
        ...row('a', '1'),
        cl: 'x',
        v_cl: 'y',
        k_id: 'z',
        dbv: 'x',
        db_version: 'y',
      };
      expect(await a.select().from(table).where(eq(table.id, 'a'))).toEqual([expected]);
      expect(await b.select().from(table).where(eq(table.id, 'a'))).toEqual([expected]);
    },
  );

  /** Every name that the bookkeeping gives to a column, and the prefixes of those that contain a user's. */
  const OWN = [
    ...['causal_length', 'db_version', 'row_version', 'row_db_version', 'row_site', 'row_seq'],
    ...['sentinel', 'site', 'seq', 'version', 'value', 'column_name', 'pk', 'cid', 'val'],
    ...['finding', 'row_id', 'rowid', 'in_transaction', 'applying', 'prior_db_version', 'key_1'],
    ...['clock_name', 'key_key', 'value_name', 'version_name', 'origin_name', 'cell_0', 'hi', 'lo'],
  ];
  const ALIASES = [
    ...['clock', 'base', 'waiting', 'other', 'former', 'state', 'x', 'won', 'touched', 'conflict'],
    ...['news', 'share', 'cell', 'pushed', 'j', 'new', 'old', 'excluded'],
  ];

  test.each(ALIASES)(
    'table %j, called as an alias, with a column of every name of the bookkeeping',
    async (name) => {
      const table = crrTable(name, {
        key: text('key').primaryKey(),
        // A clock table has a column "id" of its own, and a user's column may be called so.
        ident: text('id'),
        count: counter('count'),
        status: mvr(text('status')),
        need: text('name').notNull(),
        ...Object.fromEntries(OWN.map((column) => [column, text(column)])),
      });
      const values = (v: string) =>
        Object.fromEntries(['ident', 'need', ...OWN].map((column) => [column, `${v}-${column}`]));
      const [a, b] = [await openSite({ table }), await openSite({ table })];
      await a.insert(table).values({ key: 'a', count: 1, ...values('1') } as never);
      await exchange(a, b);
      await a.update(table).set({ ident: 'x', count: 3, status: 's' } as never);
      await b.update(table).set({ need: 'y', count: 11 } as never);
      // A cell that waits for its row.
      const { changes } = await a.$crr.changes();
      const late = await openSite({ table });
      await late.$crr.apply(changes.filter(({ cid }) => cid === 'id' || cid === 'count'));
      await late.$crr.apply(changes);
      await exchange(a, b);
      await exchange(late, b);
      await exchange(a, b);
      const expected = { key: 'a', ...values('1'), ident: 'x', need: 'y', count: 13, status: 's' };
      for (const site of [a, b, late]) {
        expect(await site.select().from(table)).toEqual([expected]);
      }
      await b.delete(table);
      await exchange(a, b);
      expect(await a.select().from(table)).toEqual([]);
    },
  );
});

function chunks(names: readonly string[], size: number): string[][] {
  const count = Math.ceil(names.length / size);
  return Array.from({ length: count }, (_, i) => names.slice(i * size, (i + 1) * size));
}

/** Beside the hostile name: the names that the bookkeeping itself makes of it. */
function hostile(name: string) {
  return crrTable(
    name,
    {
      id: text(name).notNull(),
      part: blob(`k_${name}`, { mode: 'buffer' }).notNull(),
      value: text(`v_${name}`),
      count: integer(`${name} `).notNull().default(0),
      must: text(`c_${name}`).notNull(),
      cl: text(`cl${name}`),
    },
    (t) => [primaryKey({ columns: [t.part, t.id] })],
  );
}

async function wholeLife(tables: readonly ReturnType<typeof hostile>[]): Promise<void> {
  const schema = Object.fromEntries(tables.map((table, i) => [`table${i}`, table]));
  const [a, b] = [await openSite(schema), await openSite(schema)];
  const row = {
    id: 'o\'neil "x" ?',
    part: Buffer.from([1, 0]),
    value: 'one',
    count: 1,
    must: 'm',
    cl: 'c',
  };
  const both = async (expected: readonly object[]) => {
    await exchange(a, b);
    for (const table of tables) {
      const name = getTableName(table);
      expect(await a.select().from(table), name).toEqual(expected);
      expect(await b.select().from(table), name).toEqual(expected);
    }
  };
  for (const table of tables) await a.insert(table).values(row);
  await both([row]);
  for (const table of tables) {
    await b.update(table).set({ value: 'two' });
    await a.update(table).set({ count: 2 });
  }
  await both([{ ...row, value: 'two', count: 2 }]);
  for (const table of tables) await b.delete(table);
  await both([]);
  for (const table of tables) await a.insert(table).values({ ...row, value: 'again' });
  await both([{ ...row, value: 'again' }]);
  for (const table of tables) await b.update(table).set({ id: 'moved' });
  await both([{ ...row, id: 'moved', value: 'again' }]);
  await b.$crr.install();
  await both([{ ...row, id: 'moved', value: 'again' }]);
}

test('a table called "new" whose columns are called as those of the gate and the clock', async () => {
  const table = crrTable('new', {
    id: text('id').primaryKey().notNull(),
    cl: integer('cl'),
    k: text('k_id'),
    count: counter('count'),
  });
  const [from, to] = [await openSite({ table }), await openSite({ table })];
  const rows = [
    { id: 'x', cl: 0, k: 'y', count: 5 },
    { id: 'y', cl: 999, k: 'x', count: 5 },
  ];
  await from.insert(table).values(rows);
  await exchange(from, to);
  await from.delete(table);
  await exchange(from, to);
  expect(await to.select().from(table)).toEqual([]);
  await from.insert(table).values(rows);
  await exchange(from, to);
  await from.delete(table).where(eq(table.id, 'x'));
  await from.insert(table).values({ ...rows[0]!, count: 0 });
  await exchange(from, to);
  const content = (db: typeof to) => db.select().from(table).orderBy(table.id);
  expect(await content(to)).toEqual(await content(from));
});

test('a collation that only the database knows of: sites that differ in case converge', async () => {
  const table = crrTable('t', { id: text('id').primaryKey().notNull(), a: text('a') });
  const open = async (a: string) => {
    const ddl = 'CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL, a TEXT COLLATE NOCASE)';
    const db = await openSite({ table }, undefined, { ddl });
    await db.insert(table).values({ id: 'x', a });
    return db;
  };
  const [lower, upper] = [await open('a'), await open('A')];
  await exchange(lower, upper);
  for (const db of [lower, upper])
    expect(await db.select().from(table)).toEqual([{ id: 'x', a: 'a' }]);
});
