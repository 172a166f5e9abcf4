import type { Client } from '@libsql/client';
import { defineRelations } from 'drizzle-orm';
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expectTypeOf, test } from 'vitest';
import { type Crr, crrTable, withCrr } from '../../src/index.js';

const todos = crrTable('todos', { id: text('id').primaryKey().notNull(), n: integer('n') });
const notes = crrTable('notes', { id: integer('id').primaryKey(), todo: text('todo') });
const schema = { todos, notes };
const relations = defineRelations(schema, (r) => ({
  todos: { notes: r.many.notes({ from: r.todos.id, to: r.notes.todo }) },
}));
declare const client: Client;
const make = () => withCrr(drizzle({ client, relations }), { schema });
declare const db: ReturnType<typeof make>;

describe('withCrr on Drizzle 1.0', () => {
  test("keeps the database's type and adds $crr", () => {
    expectTypeOf(db).toExtend<LibSQLDatabase<typeof relations>>();
    expectTypeOf(db.$crr).toEqualTypeOf<Crr>();
    expectTypeOf(db.query).toEqualTypeOf<LibSQLDatabase<typeof relations>['query']>();
    expectTypeOf(db.transaction).toEqualTypeOf<LibSQLDatabase<typeof relations>['transaction']>();
    expectTypeOf(db.batch).toEqualTypeOf<LibSQLDatabase<typeof relations>['batch']>();
  });

  test('relational queries are typed', () => {
    const found = () => db.query.todos.findMany({ with: { notes: true }, where: { n: { gt: 3 } } });
    expectTypeOf<Awaited<ReturnType<typeof found>>>().toEqualTypeOf<
      { id: string; n: number | null; notes: { id: number; todo: string | null }[] }[]
    >();
    // @ts-expect-error contract: no such relation
    db.query.todos.findMany({ with: { tags: true } });
    // @ts-expect-error contract: no such column
    db.query.todos.findMany({ where: { title: 'x' } });
  });
});
