/** Reading the change feed and applying it, compared to SELECT * and a multi-row upsert. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Change, ChangePage } from '../src/index.js';
import type { Site, Workbench } from './database.js';
import type { Figures } from './figures.js';
import { type Contender, compare, perItem, ratio } from './measure.js';
import { type Row, type Shape, TABLE } from './shapes.js';
import { executeEach, updateAllSql, updateSql, upsertBulk } from './statements.js';
import type { Effort } from './writes.js';

export async function measureChanges(
  bench: Workbench,
  shape: Shape,
  { rows: count, rounds }: Effort,
  figures: Figures,
  suffix = '',
): Promise<void> {
  const rows = shape.rows(0, count);
  const width = shape.key.length;
  const keyOf = (row: Row) => row.slice(0, width);
  const changed = rows.map((row, i) =>
    row.map((value, c) =>
      c < width || value === null ? value : (shape.renewed?.(c, i) ?? newValue(value, i)),
    ),
  );
  const oneChanged = rows.map((row, i) => row.with(shape.updated, changed[i]![shape.updated]!));

  const plainEmpty = await bench.template('plain', shape);
  const plainFilled = await bench.filled('plain', shape, rows);
  const sourceFilled = await bench.filled('crr', shape, rows);
  const changes = await changesAfter(bench, shape, sourceFilled);
  const allCells = await changesAfter(bench, shape, sourceFilled, ({ client }) =>
    executeEach(
      client,
      updateAllSql(shape),
      changed.map((row) => [...row.slice(width), ...keyOf(row)]),
      'crr',
    ),
  );
  const oneCell = await changesAfter(bench, shape, sourceFilled, ({ client }) =>
    executeEach(
      client,
      updateSql(shape),
      changed.map((row) => [row[shape.updated]!, ...keyOf(row)]),
      'crr',
    ),
  );
  assert.equal(changes.length, count * shape.columns.length);
  assert.equal(oneCell.length, count);
  const peerEmpty = await bench.template('crr', shape);
  const peerFilled = await bench.template('crr', shape, ({ crr }) => crr.apply(changes));

  const peers = new Set([peerEmpty, peerFilled]);
  const open =
    (template: string, timed: (site: Site) => Promise<unknown>, check?: CheckSite): Contender =>
    async (round) => {
      const site = await bench.copy(template, shape);
      // The first apply of a process also tries what waits.
      if (peers.has(template)) await site.crr.apply([]);
      return {
        timed: () => timed(site),
        check: async (result) => {
          if (round === 0) await check?.(site, result);
        },
        close: () => site.close(),
      };
    };
  const figure = async (name: string, floor: Contender, crr: Contender, items: string) => {
    const times = await compare({ floor, crr }, rounds);
    const us = (who: 'crr' | 'floor') => perItem(times[who], count).toFixed(1);
    figures.set(
      name + suffix,
      ratio(times, 'crr', 'floor'),
      `${us('crr')} / ${us('floor')} us per row ${items}`,
    );
  };

  await figure(
    'read_x',
    open(plainFilled, async ({ client }) => client.execute(`SELECT * FROM ${TABLE}`)),
    open(
      sourceFilled,
      async ({ crr }) => crr.changes({ since: 0 }),
      async (_, result) =>
        assertSame(
          (result as ChangePage).changes.filter(({ table }) => table === TABLE),
          changes,
        ),
    ),
    `of ${shape.columns.length} changes`,
  );
  const applied = (expected: readonly Row[]) => async (site: Site) =>
    assertSame(await contentOf(site), sorted(expected));
  const apply = (list: readonly Change[]) => (site: Site) => site.crr.apply(list);
  const upsert = (list: readonly Row[]) => (site: Site) => upsertBulk(site.client, shape, list);
  const cells = `of ${shape.columns.length} cells`;
  await figure(
    'apply_new_x',
    open(plainEmpty, upsert(rows), applied(rows)),
    open(peerEmpty, apply(changes), applied(rows)),
    cells,
  );
  await figure(
    'apply_update_x',
    open(plainFilled, upsert(changed), applied(changed)),
    open(peerFilled, apply(allCells), applied(changed)),
    cells,
  );
  await figure(
    'apply_update_one_x',
    open(plainFilled, upsert(oneChanged), applied(oneChanged)),
    open(peerFilled, apply(oneCell), applied(oneChanged)),
    'of 1 cell',
  );
  await figure(
    'apply_noop_x',
    open(plainFilled, upsert(rows), applied(rows)),
    open(peerFilled, apply(changes), async (site, result) => {
      assert.equal((result as { cellsIgnored: number }).cellsIgnored, changes.length);
      await applied(rows)(site);
    }),
    cells,
  );
}

/** Unlike `assert.deepEqual`, it does not print lists of 100,000 items when it fails. */
function assertSame(found: readonly unknown[], expected: readonly unknown[]): void {
  const at = expected.findIndex((item, i) => !isDeepStrictEqual(found[i], item));
  if (at !== -1) assert.deepEqual(found[at], expected[at], `item ${at}`);
  assert.equal(found.length, expected.length);
}

type CheckSite = (site: Site, result: unknown) => Promise<void>;

/** The changes that `write` made at a site; without `write`, all of its changes. */
async function changesAfter(
  bench: Workbench,
  shape: Shape,
  template: string,
  write?: (site: Site) => Promise<unknown>,
): Promise<readonly Change[]> {
  const site = await bench.copy(template, shape);
  const since = write === undefined ? 0 : await site.crr.version();
  await write?.(site);
  const { changes } = await site.crr.changes({ since });
  await site.close();
  return changes.filter(({ table }) => table === TABLE);
}

function newValue(value: Row[number], index: number): Row[number] {
  if (typeof value === 'string') return `${value} ${index}`;
  if (value instanceof Uint8Array) return value.map((byte) => 255 - byte);
  return typeof value === 'bigint' ? value + 1n : value! + 1;
}

async function contentOf(site: Site): Promise<string[]> {
  const { rows } = await site.client.execute(`SELECT * FROM ${TABLE}`);
  return sorted(rows.map((row) => Array.from(row as ArrayLike<unknown>)));
}

function sorted(rows: readonly (readonly unknown[])[]): string[] {
  const text = (value: unknown) =>
    value instanceof ArrayBuffer || value instanceof Uint8Array
      ? Buffer.from(value as Uint8Array).toString('hex')
      : String(value);
  return rows.map((row) => row.map(text).join('|')).sort();
}
