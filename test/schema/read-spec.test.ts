import { sql } from 'drizzle-orm';
import { CasingCache } from 'drizzle-orm/casing';
import {
  blob,
  customType,
  integer,
  numeric,
  primaryKey,
  real,
  sqliteTable,
  sqliteTableCreator,
  text,
} from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { asCrr, crrTable, lww } from '../../src/index.js';
import { affinityOf } from '../../src/model/declared-type.js';
import { requiredColumns } from '../../src/model/table-spec.js';
import { crrDeclaration } from '../../src/schema/declaration.js';
import { readTableSpec } from '../../src/schema/read-spec.js';

test('a table as plain data', () => {
  const todos = crrTable('to dos', {
    id: text('the id').primaryKey(),
    title: text('title'),
    done: integer('is_done', { mode: 'boolean' }).notNull().default(false),
    weight: real('weight').notNull(),
  });
  expect(readTableSpec(todos)).toEqual({
    name: 'to dos',
    key: [{ name: 'the id', property: 'id', sqlType: 'text' }],
    rows: 'causal',
    clockColumns: [
      {
        name: 'title',
        property: 'title',
        sqlType: 'text',
        notNull: false,
        default: undefined,
        kind: { type: 'lww' },
      },
      {
        name: 'is_done',
        property: 'done',
        sqlType: 'integer',
        notNull: true,
        default: '0',
        kind: { type: 'lww' },
      },
      {
        name: 'weight',
        property: 'weight',
        sqlType: 'real',
        notNull: true,
        default: undefined,
        kind: { type: 'lww' },
      },
    ],
    cellColumns: [],
  });
  expect(requiredColumns(readTableSpec(todos)).map(({ name }) => name)).toEqual(['weight']);
});

test('key columns stand in the order of the primary key, not of the table', () => {
  const spec = readTableSpec(
    crrTable(
      't',
      { a: text('a').notNull(), v: text('v'), b: integer('b').notNull(), c: blob('c').notNull() },
      (t) => [primaryKey({ columns: [t.c, t.a, t.b] })],
    ),
  );
  expect(spec.key.map(({ name }) => name)).toEqual(['c', 'a', 'b']);
  expect(spec.clockColumns.map(({ name }) => name)).toEqual(['v']);
});

test('generated columns are left out', () => {
  const spec = readTableSpec(
    crrTable('t', {
      id: text('id').primaryKey(),
      virtual: text('virtual').generatedAlwaysAs(sql`id || '!'`),
      stored: text('stored').generatedAlwaysAs(sql`id || '?'`, { mode: 'stored' }),
      kept: text('kept'),
    }),
  );
  expect(spec.clockColumns.map(({ name }) => name)).toEqual(['kept']);
});

describe('defaults as SQL text', () => {
  const when = new Date('2024-02-29T12:00:00.500Z');
  test.each([
    ['text', text().default("it's"), `'it''s'`],
    ['empty text', text().default(''), `''`],
    ['text with NUL', text().default('a\0b'), `CAST(x'610062' AS TEXT)`],
    ['integer', integer().default(-7), '-7'],
    ['real', real().default(1.5), '1.5'],
    ['boolean true', integer({ mode: 'boolean' }).default(true), '1'],
    ['boolean false', integer({ mode: 'boolean' }).default(false), '0'],
    ['Date in seconds', integer({ mode: 'timestamp' }).default(when), '1709208000'],
    ['Date in milliseconds', integer({ mode: 'timestamp_ms' }).default(when), '1709208000500'],
    ['json in text', text({ mode: 'json' }).default({ a: [1] }), `'{"a":[1]}'`],
    ['json in blob', blob({ mode: 'json' }).default([1]), `x'5b315d'`],
    ['bigint in blob', blob({ mode: 'bigint' }).default(12n), `x'3132'`],
    ['bigint in numeric', numeric({ mode: 'bigint' }).default(12n), `'12'`],
    ['numeric', numeric().default('1.50'), `'1.50'`],
    ['Buffer', blob({ mode: 'buffer' }).default(Buffer.from([0, 255])), `x'00ff'`],
    ['NULL', text().default(sql`NULL`), 'NULL'],
    ['null', text().default(null as never), 'NULL'],
    ['sql expression', text().default(sql`(current_timestamp)`), '(current_timestamp)'],
    ['sql with parameters', text().default(sql`(${'a'} || ${1})`), `('a' || 1)`],
    ['a function of JavaScript', text().$defaultFn(() => 'x'), undefined],
    ['none', text(), undefined],
  ])('%s', (_case, column, expected) => {
    const spec = readTableSpec(crrTable('t', { id: text().primaryKey(), c: column }));
    expect(spec.clockColumns[0]!.default).toBe(expected);
  });
});

test("Drizzle's casing decides the names in the database", () => {
  const table = crrTable('t', {
    theId: text().primaryKey(),
    firstName: text(),
    given: text('GivenName'),
  });
  const casing = new CasingCache('snake_case');
  const spec = readTableSpec(table, { columnName: (column) => casing.getColumnCasing(column) });
  expect(spec.key[0]).toMatchObject({ name: 'the_id', property: 'theId' });
  expect(spec.clockColumns.map(({ name, property }) => [name, property])).toEqual([
    ['first_name', 'firstName'],
    ['GivenName', 'given'],
  ]);
});

test('columns may be a callback, as in sqliteTable', () => {
  const table = crrTable('t', (t) => ({
    id: t.text().primaryKey(),
    body: lww(t.text()).notNull(),
  }));
  expect(readTableSpec(table).clockColumns).toMatchObject([{ name: 'body', notNull: true }]);
});

test('asCrr takes what sqliteTableCreator made, and returns the same table', () => {
  const table = sqliteTableCreator((name) => `app_${name}`);
  const notes = table('notes', { id: text('id').primaryKey(), body: text('body') });
  expect(asCrr(notes)).toBe(notes);
  expect(crrDeclaration(notes)).toBeDefined();
  expect(readTableSpec(notes).name).toBe('app_notes');
  expect(crrDeclaration(sqliteTable('plain', { id: text() }))).toBeUndefined();
});

test('lww() stays on a builder through its chain, and returns the same builder', () => {
  const builder = text('body');
  expect(lww(builder)).toBe(builder);
  const table = crrTable('t', {
    id: text('id').primaryKey(),
    before: lww(text('before')).notNull().default('x'),
    after: lww(text('after').notNull().default('y')),
  });
  expect(readTableSpec(table).clockColumns).toMatchObject([
    { name: 'before', notNull: true, default: "'x'", kind: { type: 'lww' } },
    { name: 'after', notNull: true, default: "'y'", kind: { type: 'lww' } },
  ]);
});

test.each([
  ['INTEGER', 'integer'],
  ['unsigned big int', 'integer'],
  ['CHARINT', 'integer'],
  ['VARCHAR(10)', 'text'],
  ['CLOB', 'text'],
  ['blob', 'blob'],
  ['', 'blob'],
  ['double precision', 'real'],
  ['FLOAT', 'real'],
  ['decimal(10,5)', 'numeric'],
  ['boolean', 'numeric'],
  ['FLOATING POINT', 'integer'],
])('type "%s" has affinity %s, by the rules of SQLite', (type, affinity) => {
  expect(affinityOf(type)).toBe(affinity);
});

test('a type of its own keeps its SQL type', () => {
  const point = customType<{ data: [number, number]; driverData: string }>({
    dataType: () => 'point_text',
    toDriver: (value) => value.join(),
  });
  const table = crrTable('t', { id: text('id').primaryKey(), at: point('at').default([1, 2]) });
  expect(readTableSpec(table).clockColumns[0]).toMatchObject({
    sqlType: 'point_text',
    default: "'1,2'",
  });
});
