/** Every value that SQLite can store travels exactly, whatever protocol and client are between. */
import type { Client, IntMode } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { customType, integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { type Change, crrTable, packKey, type SqlValue, unpackKey } from '../../src/index.js';
import { bindValue } from '../../src/sql/statement.js';
import { memoryClient } from '../support/client.js';
import { describeEachEngine } from '../support/engines.js';
import { openSite } from '../support/site.js';

const any = customType<{ data: unknown }>({ dataType: () => '' });
const numeric = customType<{ data: unknown }>({ dataType: () => 'numeric' });
const values = crrTable('vals', {
  id: any('id').primaryKey(),
  v: any('v'),
  n: numeric('n'),
  t: text('t'),
});
const counted = crrTable('counted', { id: integer('id').primaryKey(), v: any('v') });
const schema = { values, counted };

const bytes = (...items: number[]) => Uint8Array.from(items);
const EXACT: readonly SqlValue[] = [
  null,
  0n,
  1n,
  -1n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  0,
  -0,
  1,
  -1,
  2 ** 53,
  1e18,
  0.1,
  1e300,
  5e-324,
  1.7976931348623157e308,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '',
  'a',
  '1',
  '1.0',
  'true',
  'a\0b',
  '\0',
  '\0\0',
  '\u0001',
  '\u0001i5',
  '\u0001t00',
  '\u0001\0',
  '\uFEFFmark',
  'é\u{1F600}\uFFFF',
  'quote\' " `',
  'x'.repeat(70_000),
  bytes(),
  bytes(0),
  bytes(1, 0, 255),
  Buffer.from('in a larger buffer').subarray(3, 5),
];

describeEachEngine('values', (engine) => {
  const make = (client: Client) => openSite(schema, client);
  const memory = (intMode: IntMode = 'number') => make(memoryClient({ intMode }));
  type Site = Awaited<ReturnType<typeof memory>>;

  const write = async (db: Site) => {
    for (const [i, value] of EXACT.entries()) {
      await insert(db, 'vals', [BigInt(i), value, value, value]);
      if (value !== null && value !== 0n && typeof value !== 'bigint') {
        await insert(db, 'vals', [value, null, null, null]).catch(duplicate);
      }
    }
    for (const key of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n]) {
      await insert(db, 'counted', [key, 1]);
    }
  };

  test.each<IntMode>(['number', 'bigint', 'string'])('with intMode %s', async (intMode) => {
    const db = await make(await engine.open({ intMode }));
    const other = await memory();
    await write(db);
    const { changes } = await db.$crr.changes();
    const byId = new Map(
      changes
        .filter((c) => c.table === 'vals' && c.cid === 'v')
        .map((c) => [unpackKey(c.pk)[0], c.val]),
    );
    for (const [i, value] of EXACT.entries()) {
      expectExact(byId.get(BigInt(i)) as SqlValue, value);
    }
    // There and back: what a second site read is the same, on its way out as on its way in.
    await other.$crr.apply(changes);
    expect(await exactRows(other)).toEqual(await exactRows(db));
    const third = await make(await engine.open({ intMode }));
    await third.$crr.apply(await other.$crr.changes());
    expect(await exactRows(third)).toEqual(await exactRows(db));
    const facts = async (site: Site) =>
      (await site.$crr.changes()).changes.map(({ table, pk, cid, val }) => [table, pk, cid, val]);
    expect(new Set((await facts(third)).map(key))).toEqual(new Set((await facts(db)).map(key)));
    // What came back is no news to the first.
    const version = await db.$crr.version();
    const result = await db.$crr.apply(await third.$crr.changes());
    expect(result).toMatchObject({ inserted: [], updated: [], deleted: [], cellsWon: 0 });
    expect(await db.$crr.version()).toBe(version);
  });

  test('a value travels the same alone as among others that JSON does not carry', async () => {
    const db = await memory();
    await write(db);
    const alone = await make(await engine.open({}));
    const byRow = new Map<string, Change[]>();
    for (const change of (await db.$crr.changes()).changes) {
      const row = `${change.table} ${change.pk}`;
      byRow.set(row, [...(byRow.get(row) ?? []), change]);
    }
    for (const changes of byRow.values()) await alone.$crr.apply(changes);
    expect(await exactRows(alone)).toEqual(await exactRows(db));
    for (const changes of byRow.values()) {
      expect(await alone.$crr.apply(changes)).toMatchObject({ cellsWon: 0, updated: [] });
    }
  });

  test('keys that are equal to SQLite alone merge into one row, in one batch as in two', async () => {
    const site_id = crypto.getRandomValues(new Uint8Array(16));
    const cell = (id: SqlValue, val: SqlValue, col_version: number): Change => ({
      table: 'vals',
      ...{ pk: packKey([id]), cid: 'v', val, col_version, site_id },
      ...{ db_version: 1, cl: 1, seq: 0 },
    });
    const offers = [cell(2n ** 53n, 'a', 2), cell(2 ** 53, 'b', 3), cell(String(2 ** 53), 'c', 1)];
    for (const batches of [[offers], offers.map((offer) => [offer]), [[...offers].reverse()]]) {
      const db = await make(await engine.open({}));
      for (const batch of batches) await db.$crr.apply(batch);
      const { changes } = await db.$crr.changes();
      expect(changes.map(({ val, col_version }) => `${val} ${col_version}`).sort()).toEqual([
        'b 3',
        'c 1',
      ]);
    }
  });
});

function expectExact(actual: SqlValue, expected: SqlValue): void {
  if (expected instanceof Uint8Array) {
    expect(actual).toEqual(new Uint8Array(expected));
  } else {
    expect(actual).toBe(expected);
  }
}

async function insert(
  db: { run(query: ReturnType<typeof sql>): unknown },
  table: string,
  row: readonly SqlValue[],
): Promise<void> {
  const chunks = row.map((value) => {
    if (typeof value === 'string') {
      return sql.raw(`CAST(x'${Buffer.from(value).toString('hex')}' AS TEXT)`);
    }
    const args: SqlValue[] = [];
    const placeholder = bindValue(value, args);
    return placeholder === '?' ? sql`${args[0]}` : sql.raw(placeholder);
  });
  await db.run(sql`INSERT INTO ${sql.identifier(table)} VALUES (${sql.join(chunks, sql`, `)})`);
}

/** 1 and 1.0 are the same key. */
function duplicate(error: Error): void {
  if (!/UNIQUE/.test(String(error.cause ?? error))) throw error;
}

async function exactRows(db: { $client: Client }): Promise<unknown[]> {
  const exact = ['id', 'v', 'n', 't'].map(
    (c) =>
      `typeof(${c}) || CASE typeof(${c}) WHEN 'text' THEN hex(${c}) WHEN 'blob' THEN hex(${c}) WHEN 'real' THEN printf('%!.20g', ${c}) ELSE quote(${c}) END`,
  );
  const { rows } = await db.$client.execute(
    `SELECT ${exact.join(` || ' ' || `)} AS row FROM vals UNION ALL SELECT typeof(id) || quote(id) || typeof(v) FROM counted ORDER BY 1`,
  );
  return rows.map((row) => row.row);
}

const key = (parts: readonly unknown[]) =>
  parts
    .map((part) => {
      if (part instanceof Uint8Array) return Buffer.from(part).toString('hex');
      return Object.is(part, -0) ? '-0' : `${typeof part} ${part}`;
    })
    .join('|');
