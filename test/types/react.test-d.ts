import { createClient } from '@libsql/client';
import { type Conflict, crrTable, type UnsentRow, withCrr } from 'drizzle-crr';
import type { LiveSnapshot } from 'drizzle-crr/live';
import { useConflicts, useLiveQuery, usePresence, useSync } from 'drizzle-crr/react';
import {
  createSync,
  type Presence,
  type PresentPeer,
  type Sync,
  type SyncPhase,
} from 'drizzle-crr/sync';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expectTypeOf, test } from 'vitest';

const todos = crrTable('todos', { id: text('id').primaryKey().notNull(), n: integer('n') });
const makeDb = () =>
  withCrr(drizzle({ client: createClient({ url: ':memory:' }) }), { schema: { todos } });
type Database = ReturnType<typeof makeDb>;
type Todo = typeof todos.$inferSelect;

describe('the hooks', () => {
  test('useLiveQuery has the type of its query', () => {
    const plain = () => useLiveQuery((db: Database) => db.select().from(todos));
    expectTypeOf(plain).returns.toEqualTypeOf<LiveSnapshot<Todo[]>>();
    const suspended = () =>
      useLiveQuery((db: Database) => db.select().from(todos), { suspense: true });
    expectTypeOf(suspended).returns.toEqualTypeOf<Todo[]>();
    const raw = () => useLiveQuery(() => sql<{ n: number }>`SELECT 1 AS n`, { pollMs: 50 });
    expectTypeOf(raw).returns.toEqualTypeOf<LiveSnapshot<{ n: number }[]>>();
    // @ts-expect-error contract: a text is not a query
    const wrong = () => useLiveQuery(() => 'SELECT 1');
    expectTypeOf(wrong).toBeFunction();
  });

  test('useConflicts has the type of its table', () => {
    const conflicts = () => useConflicts(todos);
    expectTypeOf(conflicts).returns.toEqualTypeOf<LiveSnapshot<Conflict<typeof todos>[]>>();
  });

  test('usePresence has the type of what is shown', () => {
    const others = () => usePresence<{ name: string }>({ name: 'Ann' });
    expectTypeOf(others).returns.toEqualTypeOf<readonly PresentPeer<{ name: string }>[]>();
    // @ts-expect-error contract: another state
    const wrong = () => usePresence<{ name: string }>({ nam: 'Ann' });
    expectTypeOf(wrong).toBeFunction();
  });

  test('presence has the type that the sync was made with', () => {
    const make = () => createSync<{ x: number }>({ db: makeDb(), url: 'http://x/' });
    expectTypeOf(make).returns.toEqualTypeOf<Sync<{ x: number }>>();
    expectTypeOf(make).returns.toHaveProperty('presence').toEqualTypeOf<Presence<{ x: number }>>();
    const untyped = () => createSync({ db: makeDb(), url: 'http://x/' }).presence.others();
    expectTypeOf(untyped).returns.toEqualTypeOf<readonly PresentPeer<unknown>[]>();
    expectTypeOf<Sync<{ x: number }>>().toExtend<Sync>();
    const presence = {} as Presence<{ x: number }>;
    // @ts-expect-error contract: not a state of this sync
    expectTypeOf(() => presence.set({ x: 'one' })).toBeFunction();
    expectTypeOf(() => presence.set(null)).toBeFunction();
  });

  test('useSync', () => {
    const sync = () => useSync({ limit: 5 });
    expectTypeOf(sync).returns.toHaveProperty('phase').toEqualTypeOf<SyncPhase>();
    expectTypeOf(sync)
      .returns.toHaveProperty('unsent')
      .toEqualTypeOf<readonly UnsentRow[] | undefined>();
  });
});
