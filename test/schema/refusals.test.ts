import { sql } from 'drizzle-orm';
import {
  blob,
  customType,
  index,
  integer,
  primaryKey,
  real,
  type SQLiteTable,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { asCrr, CrrError, CrrSchemaError, type CrrSchemaErrorCode } from '../../src/index.js';
import { readSchema } from '../../src/schema/read-schema.js';

const parent = sqliteTable('parent', { id: text('id').primaryKey() });
const id = () => text('id').primaryKey();

/** code, table to declare, what the message must name, and what it must advise. */
const REFUSED: readonly [CrrSchemaErrorCode, string, SQLiteTable, RegExp][] = [
  [
    'CRR_SCHEMA_NO_PRIMARY_KEY',
    'no key at all',
    sqliteTable('t', { title: text('title') }),
    /"t".*add \.primaryKey\(\)/,
  ],
  [
    'CRR_SCHEMA_NULLABLE_KEY',
    'a nullable column in a composite key',
    sqliteTable('t', { a: text('a').notNull(), b: text('b_b') }, (t) => [
      primaryKey({ columns: [t.a, t.b] }),
    ]),
    /"t".*"b_b".*\.notNull\(\)/,
  ],
  [
    'CRR_SCHEMA_GENERATED_KEY',
    'a generated key column',
    sqliteTable('t', { a: text('a').notNull().generatedAlwaysAs(sql`1`) }, (t) => [
      primaryKey({ columns: [t.a] }),
    ]),
    /"t".*"a".*plain column/,
  ],
  [
    'CRR_SCHEMA_AUTOINCREMENT',
    'AUTOINCREMENT',
    sqliteTable('t', { n: integer('n_n').primaryKey({ autoIncrement: true }) }),
    /"t".*"n_n".*random key/,
  ],
  [
    'CRR_SCHEMA_UNIQUE',
    'a unique index on an expression',
    sqliteTable('t', { id: id(), a: text('a') }, (t) => [
      uniqueIndex('by_lower').on(sql`lower(${t.a})`),
    ]),
    /"t".*"by_lower".*an expression.*columns alone/,
  ],
  [
    'CRR_SCHEMA_UNIQUE',
    'a unique index with a condition',
    sqliteTable('t', { id: id(), a: text('a') }, (t) => [
      uniqueIndex('some').on(t.a).where(sql`${t.a} <> ''`),
    ]),
    /"t".*"some".*a condition.*columns alone/,
  ],
  [
    'CRR_SCHEMA_UNIQUE',
    'a unique index on a column with a collation',
    sqliteTable('t', {
      id: id(),
      a: customType<{ data: string }>({ dataType: () => 'text COLLATE NOCASE' })('a_a').unique(),
    }),
    /"t".*"a_a".*collation/,
  ],
  ['CRR_SCHEMA_RESERVED_NAME', 'crr_', sqliteTable('crr_x', { id: id() }), /"crr_x".*rename/],
  ['CRR_SCHEMA_RESERVED_NAME', 'CRR_', sqliteTable('CRR_X', { id: id() }), /"CRR_X".*rename/],
  ['CRR_SCHEMA_RESERVED_NAME', '__crr_', sqliteTable('a__crr_clock', { id: id() }), /rename/],
  [
    'CRR_SCHEMA_RESERVED_NAME',
    'a column with the name of the sentinel',
    sqliteTable('t', { id: id(), odd: text('-1') }),
    /"t".*"-1".*rename/,
  ],
  [
    'CRR_SCHEMA_DEFAULT',
    'a default that is no SQL value',
    sqliteTable('t', {
      id: id(),
      tags: customType<{ data: string[] }>({ dataType: () => 'text' })('tags').default(['a']),
    }),
    /"t".*"tags".*sql`/,
  ],
  [
    'CRR_SCHEMA_TOO_WIDE',
    '301 columns',
    sqliteTable('t', {
      id: id(),
      ...Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`c${i}`, text()])),
    }),
    /"t".*301 columns.*300/,
  ],
  [
    'CRR_SCHEMA_KEY_TOO_WIDE',
    '17 key columns',
    sqliteTable(
      't',
      Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, text().notNull()])),
      (t) => [primaryKey({ columns: Object.values(t) as never })],
    ),
    /"t".*17 columns.*at most 16/,
  ],
];

describe('a table that cannot be a CRR is refused', () => {
  test.each(REFUSED)('%s: %s', (code, _case, table, message) => {
    const error = thrownBy(() => asCrr(table));
    expect(error).toBeInstanceOf(CrrSchemaError);
    expect(error).toBeInstanceOf(CrrError);
    expect(error).toMatchObject({ code, name: 'CrrSchemaError' });
    expect(error.message).toMatch(message);
  });

  test('CRR_SCHEMA_NOT_A_TABLE: something else', () => {
    for (const other of [{}, null, 'todos', sql`x`]) {
      expect(thrownBy(() => asCrr(other as never))).toMatchObject({
        code: 'CRR_SCHEMA_NOT_A_TABLE',
      });
    }
  });

  test('CRR_SCHEMA_NO_TABLES: a schema with plain tables only', () => {
    expect(thrownBy(() => readSchema({ parent, other: 1 }))).toMatchObject({
      code: 'CRR_SCHEMA_NO_TABLES',
      message: expect.stringContaining('crrTable(...)'),
    });
  });

  test('CRR_SCHEMA_DUPLICATE_NAME: names that differ in case only', () => {
    const a = asCrr(sqliteTable('notes', { id: id() }));
    const b = asCrr(sqliteTable('Notes', { id: id() }));
    expect(thrownBy(() => readSchema({ a, b }))).toMatchObject({
      code: 'CRR_SCHEMA_DUPLICATE_NAME',
      message: expect.stringContaining('rename one'),
    });
  });
});

describe('what only looks alike is allowed', () => {
  test.each<[string, SQLiteTable]>([
    ['a plain index', sqliteTable('t', { id: id(), a: text('a') }, (t) => [index('i').on(t.a)])],
    [
      'a unique index that holds the whole key',
      sqliteTable('t', { id: id(), a: text('a') }, (t) => [uniqueIndex('i').on(t.a, t.id)]),
    ],
    ['a unique constraint on the key', sqliteTable('t', { id: id() }, (t) => [unique().on(t.id)])],
    ['NOT NULL without a default', sqliteTable('t', { id: id(), a: text('a').notNull() })],
    ['an INTEGER PRIMARY KEY', sqliteTable('t', { id: integer('id').primaryKey() })],
    ['a real key', sqliteTable('t', { id: real('id').primaryKey() })],
    ['a blob key', sqliteTable('t', { id: blob('id').primaryKey() })],
    ['only key columns', sqliteTable('t', { id: id() })],
    ['crr inside a name', sqliteTable('my_crr_notes', { id: id() })],
    [
      '16 key columns',
      sqliteTable(
        't',
        Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, text().notNull()])),
        (t) => [primaryKey({ columns: Object.values(t) as never })],
      ),
    ],
  ])('%s', (_case, table) => {
    expect(asCrr(table)).toBe(table);
  });
});

test('a schema may export a table twice, plain tables and anything else', () => {
  const notes = asCrr(sqliteTable('notes', { id: id() }));
  const schema = readSchema({ notes, alias: notes, parent, version: 3, nothing: null });
  expect([...schema.tables.keys()]).toEqual(['notes']);
  expect([...schema.plainTables]).toEqual(['parent']);
});

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
