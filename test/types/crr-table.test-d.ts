import { asCrr, crrTable, greatest, least, lww } from 'drizzle-crr';
import { sql } from 'drizzle-orm';
import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { describe, expectTypeOf, test } from 'vitest';

const columns = () => ({
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  done: integer('done', { mode: 'boolean' }).notNull().default(false),
  at: integer('at', { mode: 'timestamp' }).notNull(),
  tags: text('tags', { mode: 'json' }).$type<string[]>(),
  kind: text('kind', { enum: ['a', 'b'] }),
  data: blob('data', { mode: 'buffer' }),
});

const plain = sqliteTable('todos', columns());
const todos = crrTable('todos', columns());

describe("types are Drizzle's own", () => {
  test('of rows read and written', () => {
    expectTypeOf<typeof todos.$inferSelect>().toEqualTypeOf<typeof plain.$inferSelect>();
    expectTypeOf<typeof todos.$inferInsert>().toEqualTypeOf<typeof plain.$inferInsert>();
    expectTypeOf<typeof todos.$inferSelect.done>().toEqualTypeOf<boolean>();
    expectTypeOf<typeof todos.$inferSelect.kind>().toEqualTypeOf<'a' | 'b' | null>();
  });

  test('of the table itself', () => {
    expectTypeOf(todos).toEqualTypeOf(plain);
  });

  test('with columns as a callback', () => {
    const byCallback = crrTable('t', (t) => ({ id: t.text().primaryKey(), n: t.integer() }));
    const same = sqliteTable('t', (t) => ({ id: t.text().primaryKey(), n: t.integer() }));
    expectTypeOf(byCallback).toEqualTypeOf(same);
  });

  test('with a key in the third argument', () => {
    const composite = crrTable('t', { a: text().notNull(), b: text().notNull() }, (t) => [
      primaryKey({ columns: [t.a, t.b] }),
    ]);
    expectTypeOf<typeof composite.$inferInsert>().toEqualTypeOf<{ a: string; b: string }>();
  });

  test('with lww() before and after other builders', () => {
    const marked = crrTable('t', {
      id: text('id').primaryKey(),
      a: lww(text('a')).notNull().default('x'),
      b: lww(text('b').notNull()),
    });
    expectTypeOf<typeof marked.$inferInsert>().toEqualTypeOf<{
      id: string;
      a?: string | undefined;
      b: string;
    }>();
    expectTypeOf(lww(text('a').notNull())).toEqualTypeOf(text('a').notNull());
  });

  test('with greatest() and least() before and after other builders', () => {
    const marked = crrTable('t', {
      id: text('id').primaryKey(),
      high: greatest(integer('high')).notNull().default(0),
      low: least(integer('low').notNull()),
      seen: greatest(integer('seen', { mode: 'timestamp' })),
    });
    expectTypeOf<typeof marked.$inferInsert>().toEqualTypeOf<{
      id: string;
      high?: number | undefined;
      low: number;
      seen?: Date | null | undefined;
    }>();
    expectTypeOf(greatest(text('a').notNull())).toEqualTypeOf(text('a').notNull());
    expectTypeOf(least(integer('a'))).toEqualTypeOf(integer('a'));
  });

  test('with options of the CRR, after whatever Drizzle takes', () => {
    expectTypeOf(crrTable('todos', columns(), { rows: 'growOnly' })).toEqualTypeOf(plain);
    expectTypeOf(crrTable('todos', columns(), () => [], { rows: 'growOnly' })).toEqualTypeOf(plain);
    const byCallback = crrTable('t', (t) => ({ id: t.text().primaryKey() }), { rows: 'causal' });
    const same = sqliteTable('t', (t) => ({ id: t.text().primaryKey() }));
    expectTypeOf(byCallback).toEqualTypeOf(same);
    expectTypeOf(asCrr(plain, { rows: 'growOnly', by: 'time' })).toEqualTypeOf(plain);
  });

  test('through asCrr', () => {
    expectTypeOf(asCrr(plain)).toEqualTypeOf(plain);
  });
});

test('programs that TypeScript refuses', () => {
  // @ts-expect-error contract: a CRR needs a primary key
  crrTable('t', { title: text('title') });

  // @ts-expect-error contract: a CRR needs a primary key, also with columns as a callback
  crrTable('t', (t) => ({ title: t.text() }));

  // @ts-expect-error contract: a key column cannot be generated
  crrTable('t', { id: text('id').generatedAlwaysAs(sql`'x'`).primaryKey() });

  // @ts-expect-error contract: a key column cannot be generated, even with a third argument
  crrTable('t', { id: text('id').generatedAlwaysAs(sql`'x'`).primaryKey() }, () => []);

  // @ts-expect-error contract: a table has a name
  crrTable({ id: text('id').primaryKey() });

  // @ts-expect-error contract: columns are column builders
  crrTable('t', { id: 'text' });

  // @ts-expect-error contract: asCrr takes a Drizzle table
  asCrr({ id: text('id').primaryKey() });

  // @ts-expect-error contract: lww takes a column builder
  lww('body');

  // @ts-expect-error contract: greatest takes a column builder
  greatest(5);

  // @ts-expect-error contract: least takes a column builder
  least('low');

  // @ts-expect-error contract: rows are 'causal' or 'growOnly'
  crrTable('t', { id: text('id').primaryKey() }, { rows: 'grow-only' });

  // @ts-expect-error contract: rows are 'causal' or 'growOnly', also after a third argument
  crrTable('t', { id: text('id').primaryKey() }, () => [], { rows: true });

  // @ts-expect-error contract: an option of a table that there is
  crrTable('t', { id: text('id').primaryKey() }, { row: 'growOnly' });

  // @ts-expect-error contract: rows are 'causal' or 'growOnly', also for asCrr
  asCrr(plain, { rows: 'grow' });

  // @ts-expect-error contract: options do not stand in for the key
  crrTable('t', { title: text('title') }, { rows: 'growOnly' });

  crrTable('t', { a: text().notNull() }, (t) => [
    // @ts-expect-error contract: the third argument knows the columns
    primaryKey({ columns: [t.nothing] }),
  ]);
});
