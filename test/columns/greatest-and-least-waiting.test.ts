/** Cells of `greatest` and `least` columns that wait in crr_pending: the value decides there too. */
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { wireOffset } from '../../src/columns/versions.js';
import { type Change, crrTable, greatest, least, packKey } from '../../src/index.js';
import { NEUTRAL_SITE } from '../../src/model/site.js';
import { migrate, openSite } from '../support/site.js';

const key = () => ({ id: text('id').primaryKey().notNull(), title: text('title').notNull() });
const TYPES = {
  greatest: crrTable('t', { ...key(), n: greatest(integer('n')) }),
  least: crrTable('t', { ...key(), n: least(integer('n')) }),
};
const plain = crrTable('t', { ...key(), n: integer('n') });

/** A change as a site sends it; `version` is the one inside a database. */
function cell(type: keyof typeof TYPES, version: number, val: bigint | null, site = 7): Change {
  return {
    ...{ table: 't', pk: packKey(['a']), cid: 'n', val },
    col_version: wireOffset({ kind: { type } }) + version,
    db_version: 1,
    site_id: site === 0 ? NEUTRAL_SITE : new Uint8Array(16).fill(site),
    ...{ cl: 1, seq: 1 },
  };
}
const title: Change = { ...cell('greatest', 0, null), cid: 'title', val: 't', col_version: 1 };

const orders = <T>([a, b, c]: readonly [T, T, T]) => [
  [a, b, c],
  [a, c, b],
  [b, a, c],
  [b, c, a],
  [c, a, b],
  [c, b, a],
];

describe.each(['greatest', 'least'] as const)('a cell that waits in a %s column', (type) => {
  const first = type === 'greatest' ? 9n : 1n;

  test.each([
    ['several sites', [7, 8, 9]],
    ['no site, because several migrated it', [0, 0, 0]],
    ['one site', [7, 7, 7]],
  ] as const)('is decided by value if its states are those of %s', async (_, sites) => {
    const states = [
      cell(type, 3, 5n, sites[0]),
      cell(type, 1, first, sites[1]),
      cell(type, 2, null, sites[2]),
    ] as const;
    for (const order of orders(states)) {
      const site = await openSite({ t: TYPES[type] });
      for (const change of order) await site.$crr.apply([change]);
      expect(await site.select().from(TYPES[type])).toEqual([]);
      await site.$crr.apply([title]);
      expect(await site.select().from(TYPES[type])).toMatchObject([{ n: Number(first) }]);
      expect(await site.$crr.pendingCount()).toBe(0);

      const former = await openSite({ t: plain });
      await former.$crr.apply([title]);
      for (const change of order) await former.$crr.apply([change]);
      expect(await former.$crr.pendingCount()).toBeGreaterThan(0);
      const migrated = await migrate(former, TYPES[type]);
      expect(await migrated.select().from(TYPES[type])).toMatchObject([{ n: Number(first) }]);
      expect(await migrated.$crr.pendingCount()).toBe(0);
    }
  });

  test('gives way to a write of this life if it is of a former one, whatever its value', async () => {
    const states = [cell(type, 0, first), cell(type, 0, 7n), cell(type, 1, 5n)] as const;
    for (const order of orders(states)) {
      const site = await openSite({ t: TYPES[type] });
      for (const change of [...order, title]) await site.$crr.apply([change]);
      expect(await site.select().from(TYPES[type])).toMatchObject([{ n: 5 }]);
    }
  });

  test('is decided by value among states of a former life', async () => {
    for (const order of orders([cell(type, 0, 5n), cell(type, 0, first), cell(type, 0, 6n)])) {
      const site = await openSite({ t: TYPES[type] });
      for (const change of [...order, title]) await site.$crr.apply([change]);
      expect(await site.select().from(TYPES[type])).toMatchObject([{ n: Number(first) }]);
    }
  });
});
