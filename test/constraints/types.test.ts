/** Constraints beside every type of column and key, in tables whose names are those of the generated SQL. */
import type { Client } from '@libsql/client';
import {
  type AnySQLiteColumn,
  blob,
  foreignKey,
  integer,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { counter, crrTable, fractIndex, greatest, least, lww, mvr } from '../../src/index.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { quoteName } from '../../src/sql/quote.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';
import { type Row, shownRows } from './model.js';

function tables(isFree: boolean) {
  const u = <T extends { unique(name?: string): T }>(c: T) => (isFree ? c : c.unique());
  const r = <T extends { references(f: () => AnySQLiteColumn, o?: object): T }>(
    c: T,
    f: () => AnySQLiteColumn,
    onDelete?: string,
  ) =>
    isFree ? c : c.references(f, onDelete === undefined ? undefined : ({ onDelete } as object));
  const nums = crrTable('nums', {
    id: integer('id').primaryKey().notNull(),
    code: u(text('code').notNull()),
    up: r(integer('up'), (): AnySQLiteColumn => nums.id, 'cascade'),
    hits: counter('hits'),
    state: mvr(text('state')),
  });
  const blobs = crrTable('new', {
    id: blob('key', { mode: 'buffer' }).primaryKey().notNull(),
    title: lww(u(text('old')), { by: 'time' }),
    num: r(integer('n"um'), (): AnySQLiteColumn => nums.id, 'set null'),
    hi: greatest(integer('state')),
    lo: least(integer('lost_0')),
  });
  const pairs = crrTable(
    'winner',
    {
      a: r(integer('a').notNull(), (): AnySQLiteColumn => nums.id, 'cascade'),
      b: r(blob('base', { mode: 'buffer' }).notNull(), (): AnySQLiteColumn => blobs.id, 'cascade'),
    },
    (t) => [primaryKey({ columns: [t.a, t.b] })],
  );
  const items = crrTable(
    'beside',
    {
      id: text('parent').primaryKey().notNull(),
      pa: integer('pa'),
      pb: blob('pb', { mode: 'buffer' }),
      pos: fractIndex('pos', { within: ['pa'] }),
      name: text('name').notNull(),
      n: u(integer('n')),
      hits: counter('rival'),
      reg: mvr(text('clock')),
    },
    (t) =>
      isFree
        ? []
        : [
            foreignKey({ columns: [t.pa, t.pb], foreignColumns: [pairs.a, pairs.b] }).onDelete(
              'cascade',
            ),
            unique('x "y').on(t.pb, t.name),
          ],
  );
  const logs = crrTable(
    'parent',
    {
      id: integer('id').notNull(),
      sub: text('sub').notNull(),
      item: r(text('item'), (): AnySQLiteColumn => items.id),
      code: lww(u(text('hidden').notNull()), { by: 'time' }),
    },
    (t) => [primaryKey({ columns: [t.id, t.sub] })],
  );
  return { nums, blobs, pairs, items, logs };
}
const constrained = tables(false);
const free = tables(true);

async function rowsOf(client: Client, schema: object): Promise<Map<string, Row[]>> {
  const found = new Map<string, Row[]>();
  for (const spec of readSchema(schema as never).tables.values()) {
    const names = [...spec.key, ...spec.clockColumns, ...spec.cellColumns].map(({ name }) => name);
    const sel = names.flatMap((n) => [
      `typeof(${quoteName(n)})`,
      `CASE typeof(${quoteName(n)}) WHEN 'blob' THEN quote(${quoteName(n)}) ELSE CAST(${quoteName(n)} AS TEXT) END`,
    ]);
    const { rows } = await client.execute(
      `SELECT ${sel.map((s, i) => `${s} AS c${i}`).join(', ')} FROM ${quoteName(spec.name)}`,
    );
    found.set(
      spec.name,
      rows.map((row) =>
        Object.fromEntries(
          names.map((n, i) => {
            const v = row[`c${2 * i + 1}`];
            return [n, row[`c${2 * i}`] === 'integer' ? BigInt(v as string) : v];
          }),
        ),
      ),
    );
  }
  return found;
}
(BigInt.prototype as unknown as { toJSON(): string }).toJSON = function () {
  return `${this}`;
};
const sorted = (m: ReadonlyMap<string, readonly Row[]>) =>
  Object.fromEntries(
    [...m].map(([t, rows]) => [
      t,
      rows
        .map((r) =>
          JSON.stringify(
            Object.fromEntries(Object.entries(r).sort(([a], [b]) => (a < b ? -1 : 1))),
          ),
        )
        .sort(),
    ]),
  );

/** What each site begins with: the same keys with other values. */
function population(random: Random): string[] {
  const some = <T>(values: readonly T[]) => values.filter(() => random.chance(0.8));
  const code = () => random.pick(['a', 'b', 'c', 'd', 'a~7']);
  const num = () => random.pick(['0', '-1', '7']);
  return [
    ...some(['0', '-1', '7', '9007199254740993']).map(
      (id) => `INSERT INTO nums (id, code, up) VALUES (${id}, '${code()}', NULL)`,
    ),
    ...some(["x''", "x'00'", "x'FF'"]).map(
      (key, i) =>
        `INSERT INTO "new" (key, "old", "n""um", state, lost_0) SELECT ${key}, 't${i}', id, ${random.int(5)}, ${random.int(5)} FROM nums LIMIT 1`,
    ),
    ...some(["x''", "x'00'", "x'FF'"]).map(
      (key) => `INSERT INTO winner (a, base) SELECT ${num()}, key FROM "new" WHERE key = ${key}`,
    ),
    ...some(["'i1'", "'i~2'", "'i%'"]).map(
      (key, i) =>
        `INSERT INTO beside (parent, pa, pb, name, n, pos) SELECT ${key}, a, base, '${random.pick(['n', 'm'])}${key === "'i%'" ? '~i1' : ''}', ${i}, 'a${random.int(3)}' FROM winner LIMIT 1 OFFSET ${random.int(2)}`,
    ),
    ...some(["'s'", "'S'"]).map(
      (sub) =>
        `INSERT INTO parent (id, sub, item, hidden) SELECT ${num()}, ${sub}, parent, '${code()}' FROM beside LIMIT 1`,
    ),
  ];
}

function statement(random: Random): string {
  const num = () =>
    random.pick([
      '0',
      '-1',
      '-9007199254740995',
      '9007199254740993',
      '9007199254740994',
      '7',
      '9223372036854775807',
      '-9223372036854775808',
    ]);
  const b = () => random.pick(["x''", "x'00'", "x'FF'", "x'6162'"]);
  const item = () => random.pick(["'i1'", "'i~2'", "'i%'", "''", "'ü'"]);
  const code = () => random.pick(["'a'", "'b'", "'a~7'", "'a~0'", "'a~-1'"]);
  const name = () => random.pick(["'n'", "'m'", "'n~i1'", "'n~i%7E2'", "''"]);
  const t = () => random.pick(["'t1'", "'t2'", 'NULL']);
  const v = () =>
    random.pick([
      'INSERT',
      'INSERT',
      'INSERT OR REPLACE',
      'INSERT OR IGNORE',
      'INSERT OR FAIL',
      'INSERT OR ROLLBACK',
    ]);
  const u = () => random.pick(['UPDATE', 'UPDATE', 'UPDATE OR REPLACE', 'UPDATE OR IGNORE']);
  const sub = () => random.pick(["'s'", "'S'", "'~'"]);
  return random.pick<() => string>([
    () =>
      `${v()} INTO nums (id, code, up) VALUES (${num()}, ${code()}, ${random.chance(0.5) ? 'NULL' : num()})`,
    () => `${v()} INTO nums (id, code) VALUES (${num()}, ${code()})`,
    () => `${u()} nums SET code = ${code()} WHERE id = ${num()}`,
    () => `${u()} nums SET up = ${num()} WHERE id = ${num()}`,
    () => `${u()} nums SET id = ${num()} WHERE id = ${num()}`,
    () => `${u()} nums SET hits = hits + ${random.int(5)} WHERE id = ${num()}`,
    () => `${u()} nums SET state = 's${random.int(4)}' WHERE id = ${num()}`,
    () => `DELETE FROM nums WHERE id = ${num()}`,
    () =>
      `${v()} INTO "new" (key, "old", "n""um", state, lost_0) VALUES (${b()}, ${t()}, ${random.chance(0.5) ? 'NULL' : num()}, ${random.int(5)}, ${random.int(5)})`,
    () =>
      `${v()} INTO "new" (key, "old", "n""um", state, lost_0) SELECT ${b()}, ${t()}, id, ${random.int(5)}, ${random.int(5)} FROM nums LIMIT 1`,
    () => `${u()} "new" SET "old" = ${t()} WHERE key = ${b()}`,
    () => `${u()} "new" SET state = ${random.int(9)}, lost_0 = ${random.int(9)} WHERE key = ${b()}`,
    () => `${u()} "new" SET "n""um" = ${num()} WHERE key = ${b()}`,
    () => `${u()} "new" SET key = ${b()} WHERE key = ${b()}`,
    () => `DELETE FROM "new" WHERE key = ${b()}`,
    () =>
      `${v()} INTO winner (a, base) SELECT nums.id, key FROM nums, "new" ORDER BY ${random.pick(['1', '2', '1 DESC', '2 DESC'])} LIMIT 1`,
    () =>
      `${v()} INTO winner (a, base) SELECT nums.id, key FROM nums, "new" ORDER BY ${random.pick(['1', '2', '1 DESC', '2 DESC'])} LIMIT 1`,
    () => `DELETE FROM winner WHERE a = ${num()}`,
    () =>
      `${v()} INTO beside (parent, pa, pb, name, n, pos) SELECT ${item()}, a, base, ${name()}, ${random.int(4)}, 'a${random.int(3)}' FROM winner ORDER BY ${random.pick(['1', '2', '1 DESC', '2 DESC'])} LIMIT 1`,
    () => `${v()} INTO beside (parent, name, n) VALUES (${item()}, ${name()}, ${random.int(4)})`,
    () => `${u()} beside SET name = ${name()} WHERE parent = ${item()}`,
    () => `${u()} beside SET n = ${random.int(4)} WHERE parent = ${item()}`,
    () => `${u()} beside SET pos = 'b${random.int(3)}' WHERE parent = ${item()}`,
    () => `${u()} beside SET rival = rival + 1 WHERE parent = ${item()}`,
    () => `${u()} beside SET clock = 'c${random.int(4)}' WHERE parent = ${item()}`,
    () => `${u()} beside SET parent = ${item()} WHERE parent = ${item()}`,
    () => `DELETE FROM beside WHERE parent = ${item()}`,
    () =>
      `${v()} INTO parent (id, sub, item, hidden) VALUES (${num()}, ${sub()}, ${random.chance(0.4) ? 'NULL' : item()}, ${code()})`,
    () =>
      `${v()} INTO parent (id, sub, item, hidden) SELECT ${num()}, ${sub()}, parent, ${code()} FROM beside LIMIT 1`,
    () => `${u()} parent SET hidden = ${code()} WHERE id = ${num()}`,
    () => `${u()} parent SET item = ${item()} WHERE sub = ${sub()}`,
    () => `DELETE FROM parent WHERE id = ${num()}`,
  ])();
}

/** How many rows the applies of all histories have parked and masked. */
const aside = { parked: 0, masked: 0 };

test.each(
  Array.from({ length: numberFromEnv('CRR_HISTORIES', 2) }, (_, i) =>
    hash('constraints of types', seedFromEnv(), i),
  ),
)(
  'sites show the same of what they merged, whatever its type: seed %i',
  { timeout: 600_000 },
  async (seed) => {
    const random = new Random(seed);
    const sites = [
      await openSite(constrained),
      await openSite(constrained),
      await openSite(constrained),
    ];
    let ok = 0;
    const write = async (site: (typeof sites)[number], batch: readonly string[]) => {
      try {
        await site.$client.batch([...batch], 'write');
        ok++;
      } catch (error) {
        if (!/constraint failed|no transaction/i.test(String(error))) throw error;
      }
    };
    const check = async (site: (typeof sites)[number]) => {
      const peer = await openSite(free);
      await peer.$crr.apply(await site.$crr.changes());
      const merged = await rowsOf(peer.$client, free);
      const specs = [...readSchema(constrained).tables.values()];
      expect(sorted(await rowsOf(site.$client, constrained))).toEqual(
        sorted(shownRows(specs, merged)),
      );
      expect((await site.$client.execute('PRAGMA foreign_key_check')).rows).toEqual([]);
      peer.$client.close();
      return merged;
    };
    for (const site of sites) for (const sql of population(random)) await write(site, [sql]);
    ok = 0;
    for (let step = 0; step < numberFromEnv('CRR_STEPS', 80); step++) {
      const site = random.pick(sites);
      if (random.chance(0.75)) {
        const count = random.chance(0.2) ? 3 : 1;
        const batch = Array.from({ length: count }, () => statement(random));
        await write(site, batch);
      } else {
        const from = random.pick(sites);
        // A register of which one cell is missing shows what it did before, so half a batch has no one result.
        const limit = random.chance(0.3) ? 1 + random.int(20) : undefined;
        const { parked, masked } = await site.$crr.apply(await from.$crr.changes({ limit }));
        aside.parked += parked.length;
        aside.masked += masked.length;
        await check(site);
      }
    }
    expect(ok).toBeGreaterThan(10);
    for (let round = 0; round < 2; round++)
      for (const from of sites)
        for (const to of sites)
          if (from !== to) await to.$crr.apply((await from.$crr.changes()).changes);
    const ends = [];
    for (const site of sites) {
      await site.$crr.apply([]);
      ends.push(sorted(await check(site)));
    }
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[2]).toEqual(ends[0]);
    const shown = await Promise.all(
      sites.map(async (s) => sorted(await rowsOf(s.$client, constrained))),
    );
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[2]).toEqual(shown[0]);
    for (const s of sites) s.$client.close();
  },
);

test('the histories have rows aside', () => {
  expect(aside.parked).toBeGreaterThan(0);
  expect(aside.masked).toBeGreaterThan(0);
});
