import { entityKind } from 'drizzle-orm';
import { drizzle, LibSQLDatabase } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { engineOf } from '../../src/drizzle/engine-of.js';
import { internalsOf } from '../../src/drizzle/internals.js';
import { pinned } from '../../src/drizzle/pin.js';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { crrTable, withCrr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { openSite } from '../support/site.js';

const todos = crrTable('todos', { id: text('id').primaryKey().notNull(), n: integer('n') });
const schema = { todos };

describe('the engine of a Drizzle database', () => {
  test('is recognised by its class, also below a wrapper or a class of one’s own', () => {
    const db = drizzle({ client: memoryClient() });
    expect(engineOf(db)).toMatchObject({ name: 'libSQL', kind: 'async' });
    expect(engineOf(Object.create(db))).toMatchObject({ name: 'libSQL' });
    class Own extends LibSQLDatabase {
      static override readonly [entityKind]: string = 'Own';
    }
    expect(
      engineOf(Object.setPrototypeOf({ $client: memoryClient() }, Own.prototype)),
    ).toMatchObject({
      name: 'libSQL',
    });
  });

  const expected =
    /; it takes a Drizzle database on one of: libSQL, .*, sqlite-proxy\. For others, see docs\/engines\.md$/;
  test.each<[string, unknown, string]>([
    ['an empty object', {}, 'an object'],
    ['nothing', undefined, 'undefined'],
    ['text', 'file:local.db', 'string'],
  ])('%s is refused by what it is', (_, db, found) => {
    expect(() => withCrr(db as object, { schema })).toThrow(
      expect.objectContaining({
        code: 'CRR_USAGE_DRIVER',
        message: expect.stringMatching(expected),
      }),
    );
    expect(() => withCrr(db as object, { schema })).toThrow(`withCrr() was given ${found};`);
  });

  test('without a client of its engine it is refused', () => {
    expect(() => withCrr(drizzle.mock(), { schema })).toThrow(
      expect.objectContaining({
        code: 'CRR_USAGE_DRIVER',
        message:
          'withCrr() was given a LibSQLDatabase whose client is not of libSQL: make it by drizzle() of drizzle-orm/libsql',
      }),
    );
  });

  test('without interactive transactions, transaction() advises db.batch, which works', async () => {
    const db = await openSite(schema);
    const engine = { ...libsqlConnection(db.$client), name: 'D1', transactions: 'batch' as const };
    const { drift, writes } = internalsOf(db.$crr);
    const batching = pinned(drizzle({ client: db.$client }), {
      $crr: db.$crr,
      ...{ drift, engine, writes, transactions: {} },
    });
    await expect(batching.transaction(async () => {})).rejects.toMatchObject({
      code: 'CRR_USAGE_DRIVER',
      message: expect.stringMatching(/^D1 has no interactive transactions: use db\.batch/),
    });
    await batching.batch([
      batching.insert(todos).values({ id: 'a' }),
      batching.insert(todos).values({ id: 'b' }),
    ]);
    expect(await db.$crr.version()).toBe(1);
  });
});

test('internals are those of a $crr only', async () => {
  const db = await openSite(schema);
  expect(internalsOf(db.$crr).schema.tables.has('todos')).toBe(true);
  expect(Object.keys(db.$crr)).toEqual(['transport']);
  expect(() => internalsOf({} as never)).toThrow('made by withCrr()');
});
