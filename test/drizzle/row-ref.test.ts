import { customType, integer, primaryKey, real, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { type Change, counter, crrTable, packKey, type SqlValue } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { openSite } from '../support/site.js';

/** Two key columns: a lone INTEGER PRIMARY KEY takes integers only. */
const inText = crrTable(
  'events',
  { at: text('at').notNull(), room: text('room').notNull(), title: text('title') },
  (self) => [primaryKey({ columns: [self.at, self.room] })],
);
const inTime = crrTable(
  'events',
  {
    at: integer('at', { mode: 'timestamp' }).notNull(),
    room: text('room').notNull(),
    title: text('title'),
  },
  (self) => [primaryKey({ columns: [self.at, self.room] })],
);

describe('the keys in the result of an apply', () => {
  test('are in the types of the Drizzle table', async () => {
    const [from, to] = [await openSite({ inTime }), await openSite({ inTime })];
    const at = new Date('2024-05-01T12:00:00Z');
    await from.insert(inTime).values({ at, room: 'a' });
    const { inserted } = await to.$crr.apply(await from.$crr.changes());
    expect(inserted).toEqual([{ table: 'events', key: { at, room: 'a' } }]);
  });

  test('are as stored if another site has them in another type; the apply stands', async () => {
    const [from, to] = [await openSite({ inText }), await openSite({ inTime })];
    await from.insert(inText).values({ at: 'noon', room: 'a', title: 'lunch' });
    const page = await from.$crr.changes();
    const { inserted, cellsWon } = await to.$crr.apply(page);
    expect(inserted).toEqual([{ table: 'events', key: { at: 'noon', room: 'a' } }]);
    expect(cellsWon).toBe(1);
    await from.delete(inText);
    const { deleted } = await to.$crr.apply(await from.$crr.changes());
    expect(deleted).toEqual(inserted);
  });

  test.each<[string, SqlValue, unknown]>([
    ['text', 'noon', 'noon'],
    ['a fraction', 1.5, new Date(1_500)],
    ['an integer that is not a safe number', 2n ** 60n, 2n ** 60n],
    ['a blob', Uint8Array.of(1, 2), Buffer.of(1, 2)],
  ])('%s in a timestamp column does not fail the apply', async (_, at, shown) => {
    const db = await openSite({ inTime });
    const { inserted } = await db.$crr.apply([change(packKey([at, 'a']))]);
    expect(inserted).toEqual([{ table: 'events', key: { at: shown, room: 'a' } }]);
  });

  test('text that is not JSON in a JSON column does not fail the apply', async () => {
    const table = crrTable('events', {
      at: text('at', { mode: 'json' }).primaryKey().notNull(),
      title: text('title'),
    });
    const db = await openSite({ table });
    const { inserted } = await db.$crr.apply([change(packKey(['{'])), change(packKey(['{}']))]);
    expect(inserted.map(({ key }) => key.at)).toEqual(['{', {}]);
  });
});

describe('a key is the same in inserted, updated and deleted', () => {
  const any = customType<{ data: unknown; driverData: unknown }>({ dataType: () => 'blob' });
  const numeric = customType<{ data: unknown; driverData: unknown }>({ dataType: () => 'numeric' });
  const values: readonly SqlValue[] = [
    ...[3n, 3, 3.5, 2n ** 53n, 2 ** 53 + 2, 2n ** 60n + 1n, 2 ** 60, 2n ** 63n - 1n],
    ...[-(2n ** 63n), 2 ** 63, -(2 ** 63), 1e19, 1e300, '7', 'x', '\u0001', Uint8Array.of(1)],
  ];
  const tables = {
    'no affinity': any,
    numeric,
    integer: (name: string) => integer(name),
    real: (name: string) => real(name),
    text: (name: string) => text(name),
  };
  test.each(Object.keys(tables) as (keyof typeof tables)[])('with %s', async (affinity) => {
    const table = crrTable(
      'events',
      {
        at: tables[affinity]('at').notNull(),
        room: text('room').notNull(),
        title: text('title'),
        votes: counter('votes'),
      },
      (self) => [primaryKey({ columns: [self.at, self.room] })],
    );
    const plain = crrTable(
      'plain',
      { at: tables[affinity]('at').primaryKey().notNull(), title: text('title') },
      () => [],
    );
    for (const at of values) {
      for (const client of [memoryClient(), memoryClient({ intMode: 'bigint' })]) {
        const isRowid = affinity === 'integer'; // A lone INTEGER PRIMARY KEY takes integers only.
        const db = await openSite(isRowid ? { table } : { table, plain }, client);
        const names = [...(isRowid ? [] : ['plain']), 'events'];
        const apply = (more: Partial<Change>) =>
          db.$crr.apply(
            names.map((name) => {
              const pk = packKey(name === 'plain' ? [at] : [at, 'a']);
              return { ...change(pk), table: name, ...more };
            }),
          );
        const { inserted } = await apply({});
        const { updated } = await apply({ col_version: 2 });
        const { deleted } = await apply({ cid: '-1', val: null, col_version: 2, cl: 2 });
        expect(inserted).toHaveLength(names.length);
        expect(updated, String(at)).toEqual(inserted);
        expect(deleted, String(at)).toEqual(inserted);
      }
    }
  });
});

test('rows of a result are converted once, when they are looked at', async () => {
  let converted = 0;
  const counting = customType<{ data: string; driverData: string }>({
    dataType: () => 'text',
    fromDriver(value) {
      converted++;
      return value;
    },
  });
  const table = crrTable('events', {
    at: counting('at').primaryKey().notNull(),
    title: text('title'),
  });
  const db = await openSite({ table });
  const result = await db.$crr.apply([change(packKey(['a'])), change(packKey(['b']))]);
  expect(converted).toBe(0);
  expect(result.inserted).toHaveLength(2);
  expect(result.inserted).toBe(result.inserted);
  expect(converted).toBe(2);
  expect(Object.keys(result)).toContain('inserted');
});

const change = (pk: Uint8Array): Change => ({
  table: 'events',
  pk,
  cid: 'title',
  val: 'x',
  col_version: 1,
  db_version: 1,
  site_id: new Uint8Array(16).fill(9),
  cl: 1,
  seq: 0,
});
