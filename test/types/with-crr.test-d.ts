import { createClient } from '@libsql/client';
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expectTypeOf, test } from 'vitest';
import {
  type ApplyResult,
  type Change,
  type ChangeBatch,
  type ChangePage,
  type Crr,
  type Cursor,
  crrTable,
  type SqlValue,
  withCrr,
} from '../../src/index.js';

const todos = crrTable('todos', { id: text('id').primaryKey(), n: integer('n') });
const schema = { todos };
const make = () => withCrr(drizzle(createClient({ url: ':memory:' }), { schema }), { schema });
declare const db: ReturnType<typeof make>;

describe('withCrr', () => {
  test("keeps the database's type and adds $crr", () => {
    expectTypeOf(db).toExtend<LibSQLDatabase<typeof schema>>();
    expectTypeOf(db.$crr).toEqualTypeOf<Crr>();
    expectTypeOf(db.query).toEqualTypeOf<LibSQLDatabase<typeof schema>['query']>();
    expectTypeOf(db.transaction).toEqualTypeOf<LibSQLDatabase<typeof schema>['transaction']>();
    expectTypeOf(db.batch).toEqualTypeOf<LibSQLDatabase<typeof schema>['batch']>();
  });

  test('keeps the types of results', () => {
    const items = [
      db.select().from(todos),
      db.insert(todos).values({ id: 'a' }).returning(),
    ] as const;
    const ofDrizzle = (plain: LibSQLDatabase<typeof schema>) => plain.batch(items);
    const ours = () => db.batch(items);
    expectTypeOf(ours).returns.toEqualTypeOf<ReturnType<typeof ofDrizzle>>();
  });
});

describe('$crr', () => {
  test('changes are typed', () => {
    expectTypeOf<Awaited<ReturnType<Crr['changes']>>>().toEqualTypeOf<ChangePage>();
    expectTypeOf<ChangePage['cursor']>().toEqualTypeOf<number | Cursor>();
    expectTypeOf<Change>().toEqualTypeOf<{
      readonly table: string;
      readonly pk: Uint8Array;
      readonly cid: string;
      readonly val: SqlValue;
      readonly col_version: number;
      readonly db_version: number;
      readonly site_id: Uint8Array;
      readonly cl: number;
      readonly seq: number;
    }>();
    expectTypeOf<SqlValue>().toEqualTypeOf<null | bigint | number | string | Uint8Array>();
  });

  test('pages can be iterated and applied', () => {
    expectTypeOf(db.$crr.changes()).toExtend<AsyncIterable<ChangePage>>();
    expectTypeOf(db.$crr.apply)
      .parameter(0)
      .toEqualTypeOf<ChangeBatch | AsyncIterable<ChangeBatch>>();
    expectTypeOf(db.$crr.apply).returns.toEqualTypeOf<Promise<ApplyResult>>();
  });
});

declare const page: ChangePage;
declare const result: ApplyResult;

test('programs that TypeScript refuses', () => {
  // @ts-expect-error contract: withCrr needs the schema
  withCrr(db, {});
  // @ts-expect-error contract: a misspelt option of withCrr
  withCrr(db, { schema, shcema: schema });
  // @ts-expect-error contract: a misspelt option of changes
  db.$crr.changes({ sinse: 0 });
  // @ts-expect-error contract: a cursor is a number or a page's cursor
  db.$crr.changes({ since: '12' });
  // @ts-expect-error contract: a site id is bytes
  db.$crr.changes({ site: 'abc' });
  // @ts-expect-error contract: tables are tables or names
  db.$crr.changes({ tables: [1] });
  // @ts-expect-error contract: onUnknown is 'pending' or 'error'
  db.$crr.apply([], { onUnknown: 'ignore' });
  // @ts-expect-error contract: a misspelt option of apply
  db.$crr.apply([], { onunknown: 'error' });
  // @ts-expect-error contract: a change has nine columns
  db.$crr.apply([{ table: 'todos' }]);
  // @ts-expect-error contract: a value is what SQLite stores; true is not
  db.$crr.apply([{ ...page.changes[0]!, val: true }]);
  // @ts-expect-error contract: a page is no array; its changes are
  page.filter(() => true);
  // @ts-expect-error contract: changes are not to be mutated
  page.changes[0]!.cl = 3;
  // @ts-expect-error contract: a result is not to be mutated
  result.inserted.push({ table: 'todos', key: {} });
});
