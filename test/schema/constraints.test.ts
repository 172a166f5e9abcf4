import {
  customType,
  foreignKey,
  integer,
  primaryKey,
  type SQLiteTable,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { asCrr, type CrrTableOptions, counter, crrTable, greatest, mvr } from '../../src/index.js';
import { readSchema } from '../../src/schema/read-schema.js';

const id = () => text('id').primaryKey().notNull();
const users = crrTable('users', { id: id() });
const constraintsOf = (tables: Record<string, unknown>, name = 't') =>
  readSchema({ users, ...tables }).tables.get(name)!.constraints;

describe('what is shown of a row that loses a unique index', () => {
  const loser = (table: SQLiteTable, options: CrrTableOptions = {}) =>
    constraintsOf({ table: asCrr(table, options) })!.uniques.map((index) => index.loser);

  test('by default what hides least', () => {
    const mail = sqliteTable('t', { id: id(), mail: text('e_mail').unique() });
    expect(loser(mail)).toEqual([{ shows: 'null', column: 'e_mail' }]);
    const slug = sqliteTable('t', { id: id(), slug: text('slug').notNull().unique() });
    expect(loser(slug)).toEqual([{ shows: 'suffix', column: 'slug' }]);
    const place = sqliteTable('t', { id: id(), place: integer('place').notNull().unique() });
    expect(loser(place)).toEqual([{ shows: 'nothing' }]);
    const list = sqliteTable(
      't',
      { id: id(), list: integer('list').notNull(), name: text('name'), kind: text('kind') },
      (t) => [unique().on(t.list, t.kind, t.name)],
    );
    expect(loser(list)).toEqual([{ shows: 'suffix', column: 'name' }]);
    const owned = sqliteTable('t', {
      id: id(),
      user: text('user')
        .unique()
        .references(() => users.id),
    });
    expect(loser(owned)).toEqual([{ shows: 'nothing' }]);
  });

  test('as declared', () => {
    const table = () =>
      sqliteTable('t', { id: id(), mail: text('mail') }, (t) => [
        uniqueIndex('by_mail').on(t.mail),
      ]);
    expect(loser(table(), { unique: { by_mail: 'park' } })).toEqual([{ shows: 'nothing' }]);
    expect(loser(table(), { unique: { by_mail: 'suffix' } })).toEqual([
      { shows: 'suffix', column: 'mail' },
    ]);
    expect(loser(table(), { unique: { by_mail: 'null' } })).toEqual([
      { shows: 'null', column: 'mail' },
    ]);
  });

  test.each<[string, CrrTableOptions['unique'], RegExp]>([
    ['a name that no index has', { by_male: 'park' }, /"by_male".*there are "by_mail"/],
    ['NULL where none may be', { by_mail: 'null' }, /"by_mail".*none of its columns.*may be NULL/],
  ])('not %s', (_case, option, message) => {
    const table = sqliteTable('t', { id: id(), mail: text('mail').notNull() }, (t) => [
      uniqueIndex('by_mail').on(t.mail),
    ]);
    expect(() => loser(table, { unique: option })).toThrow(message);
  });

  test('an index on a part of the key parks', () => {
    const table = sqliteTable('t', { a: text('a').notNull(), b: text('b').notNull() }, (t) => [
      primaryKey({ columns: [t.a, t.b] }),
      uniqueIndex('by_a').on(t.a),
    ]);
    expect(loser(table)).toEqual([{ shows: 'nothing' }]);
  });
});

describe('what is hidden of a row whose parent is not there', () => {
  test('the column if it may be NULL and no delete should follow, else the row', () => {
    const table = crrTable('t', {
      id: id(),
      cascade: text('cascade').references(() => users.id, { onDelete: 'cascade' }),
      setNull: text('set_null').references(() => users.id, { onDelete: 'set null' }),
      restrict: text('restrict').references(() => users.id, { onDelete: 'restrict' }),
      plain: text('plain').references(() => users.id),
      required: text('required')
        .notNull()
        .references(() => users.id),
    });
    expect(
      constraintsOf({ table })!.references.map(({ columns, hides }) => [columns[0], hides]),
    ).toEqual([
      ['cascade', 'row'],
      ['set_null', 'column'],
      ['restrict', 'column'],
      ['plain', 'column'],
      ['required', 'row'],
    ]);
  });

  test('columns are in the order of the parent key', () => {
    const pairs = crrTable('pairs', { a: text('a').notNull(), b: text('b').notNull() }, (t) => [
      primaryKey({ columns: [t.a, t.b] }),
    ]);
    const table = crrTable('t', { id: id(), x: text('x'), y: text('y') }, (t) => [
      foreignKey({ columns: [t.x, t.y], foreignColumns: [pairs.b, pairs.a] }),
    ]);
    expect(constraintsOf({ pairs, table })!.references).toEqual([
      {
        columns: ['y', 'x'],
        parent: 'pairs',
        parentKey: ['a', 'b'],
        hides: 'column',
        parentMayHide: false,
      },
    ]);
  });
});

const other = sqliteTable('other', { id: id() });
const named = crrTable('named', { id: id(), name: text('name').notNull().unique() });

describe('foreign keys that could not be kept are refused', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'to a plain table',
      { other, t: crrTable('t', { id: id(), p: text('p_p').references(() => other.id) }) },
      /"t".*"p_p".*"other".*no CRR of this schema/,
    ],
    [
      'to a column that is not the key',
      { named, t: crrTable('t', { id: id(), p: text('p_p').references(() => named.name) }) },
      /"t".*"p_p".*"name".*refer to "id"/,
    ],
    [
      'with the action set default',
      {
        t: crrTable('t', {
          id: id(),
          p: text('p_p').references(() => users.id, { onDelete: 'set default' }),
        }),
      },
      /"t".*"p_p".*'set default'.*'set null'/,
    ],
    [
      'on a register',
      { t: crrTable('t', { id: id(), p: mvr(text('p_p').references(() => users.id)) }) },
      /"t".*"p_p".*computed/,
    ],
    [
      'on a column that merges by value',
      { t: crrTable('t', { id: id(), p: greatest(text('p_p').references(() => users.id)) }) },
      /"t".*"p_p".*merges by value/,
    ],
  ])('%s', (_case, tables, message) => {
    expect(() => constraintsOf(tables)).toThrow(message);
    expect(() => constraintsOf(tables)).toThrow(
      expect.objectContaining({ code: 'CRR_SCHEMA_FOREIGN_KEY' }),
    );
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'with no action',
      { logs: sqliteTable('logs', { id: id(), user: text('user_id').references(() => users.id) }) },
      /"logs".*"users".*"user_id".*'no action'.*fail for good.*'set null'/,
    ],
    [
      'that would follow a row which is only hidden',
      {
        named,
        logs: sqliteTable('logs', {
          id: id(),
          n: text('n').references(() => named.id, { onDelete: 'cascade' }),
        }),
      },
      /"logs".*"named".*'cascade'.*deleted for good/,
    ],
  ])('of a plain table, %s', (_case, tables, message) => {
    expect(() => constraintsOf(tables)).toThrow(message);
    expect(() => constraintsOf(tables)).toThrow(
      expect.objectContaining({ code: 'CRR_SCHEMA_PLAIN_CHILD' }),
    );
  });

  test('a plain table may follow rows that are never hidden', () => {
    const logs = sqliteTable('logs', {
      id: id(),
      u: text('u').references(() => users.id, { onDelete: 'cascade' }),
    });
    expect(constraintsOf({ logs }, 'users')).toBeUndefined();
  });
});

test('a unique index cannot contain a counter, or what has a collation', () => {
  const count = () =>
    crrTable('t', { id: id(), n: counter('n_n') }, (t) => [uniqueIndex('by_n').on(t.n)]);
  expect(count).toThrow(/"t".*"by_n".*"n_n".*computed.*plain index/);
  const nocase = customType<{ data: string }>({ dataType: () => 'text COLLATE NOCASE' });
  expect(() => crrTable('t', { id: id(), a: nocase('a_a').unique() })).toThrow(/"a_a".*collation/);
});
