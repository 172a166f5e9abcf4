/** Local writes and reads of a CRR, compared to a plain table. */
import assert from 'node:assert/strict';
import Database from 'libsql';
import { fileSize, type Kind, type Site, type Workbench } from './database.js';
import type { Figures } from './figures.js';
import { bestRatio, type Contender, compare, perItem, type Run, ratio } from './measure.js';
import { type Row, type Shape, TABLE } from './shapes.js';
import {
  batchEach,
  deleteSql,
  executeEach,
  insertBulk,
  insertSql,
  runEach,
  selectSql,
  updateSql,
} from './statements.js';

export interface Effort {
  readonly rows: number;
  readonly rounds: number;
}

type How = 'bulk' | 'client' | 'batch' | 'prepared';
type Operation = 'insert' | 'update' | 'delete';

/** Measures each operation on one shape, in each of the given ways. */
export async function measureWrites(
  bench: Workbench,
  shape: Shape,
  { rows: count, rounds }: Effort,
  report: (operation: Operation, how: How, x: number, detail: string) => void,
  ways: Readonly<Partial<Record<Operation, readonly How[]>>>,
): Promise<void> {
  const rows = shape.rows(0, count);
  const keys = rows.map((row) => row.slice(0, shape.key.length));
  const updates = keys.map((key, i) => [`new value ${i}`, ...key]);
  const templates = {
    plain: {
      empty: await bench.template('plain', shape),
      filled: await bench.filled('plain', shape, rows),
    },
    crr: {
      empty: await bench.template('crr', shape),
      filled: await bench.filled('crr', shape, rows),
    },
  };
  const work: Record<Operation, { sql: string; args: readonly Row[]; from: 'empty' | 'filled' }> = {
    insert: { sql: insertSql(shape), args: rows, from: 'empty' },
    update: { sql: updateSql(shape), args: updates, from: 'filled' },
    delete: { sql: deleteSql(shape), args: keys, from: 'filled' },
  };
  const expected: Record<Operation, Expected> = {
    insert: { rows, changes: count * shape.columns.length },
    update: {
      rows: rows.map((row, i) => row.with(shape.updated, updates[i]![0]!)),
      changes: count * shape.columns.length,
    },
    delete: { rows: [], changes: count },
  };

  for (const operation of ['insert', 'update', 'delete'] as const) {
    const { sql, args, from } = work[operation];
    for (const how of ways[operation] ?? []) {
      const contender =
        (kind: Kind): Contender =>
        async (round) => {
          const site = await bench.copy(templates[kind][from], shape);
          const check = async () => {
            // The content is the same in every round, so reading it back once is enough.
            if (round === 0) await checkContent(site, shape, kind, expected[operation]);
          };
          return write(site, shape, how, sql, args, kind, check);
        };
      const times = await compare({ plain: contender('plain'), crr: contender('crr') }, rounds);
      const x = ratio(times, 'crr', 'plain');
      const us = (kind: Kind) => perItem(times[kind], count).toFixed(1);
      report(operation, how, x, `${us('crr')} / ${us('plain')} us per row`);
    }
  }
}

function write(
  site: Site,
  shape: Shape,
  how: How,
  sql: string,
  args: readonly Row[],
  kind: Kind,
  check: () => Promise<void>,
): Run {
  const { client } = site;
  const close = () => site.close();
  switch (how) {
    case 'bulk':
      return { timed: () => insertBulk(client, shape, args, kind), check, close };
    case 'client':
      return { timed: () => executeEach(client, sql, args, kind), check, close };
    case 'batch':
      return { timed: () => batchEach(client, sql, args, kind), check, close };
    case 'prepared': {
      const db = new Database(site.path);
      return {
        timed: () => runEach(db, sql, args, kind),
        check: () => {
          db.close();
          return check();
        },
        close,
      };
    }
  }
}

interface Expected {
  readonly rows: readonly Row[];
  readonly changes: number;
}

async function checkContent(
  site: Site,
  shape: Shape,
  kind: Kind,
  { rows, changes }: Expected,
): Promise<void> {
  const result = await site.client.execute(`SELECT * FROM ${TABLE} ORDER BY rowid`);
  assert.equal(result.rows.length, rows.length);
  const text = (values: Iterable<unknown>) =>
    Array.from(values, (value) =>
      value instanceof ArrayBuffer || value instanceof Uint8Array
        ? Buffer.from(value as Uint8Array).toString('hex')
        : String(value),
    ).join('|');
  const found = new Set(result.rows.map((row) => text(row as ArrayLike<unknown> as never)));
  for (const row of rows) assert.ok(found.has(text(row)), `${shape.name}: a row is missing`);
  if (kind === 'plain') return;
  const told = (await site.crr.changes({ tables: [TABLE] })).changes;
  assert.equal(told.length, changes);
}

/** Reads of a CRR's base table, by key and as a whole, compared to a plain table. */
export async function measureSelects(
  bench: Workbench,
  shape: Shape,
  { rows: count, rounds }: Effort,
  figures: Figures,
): Promise<void> {
  const rows = shape.rows(0, count);
  const templates = {
    plain: await bench.filled('plain', shape, rows),
    crr: await bench.filled('crr', shape, rows),
  };
  const byKey =
    (kind: Kind): Contender =>
    async () => {
      const site = await bench.copy(templates[kind], shape);
      const sql = selectSql(shape);
      return {
        async timed() {
          let found = 0;
          for (const row of rows) {
            const result = await site.client.execute({ sql, args: row.slice(0, shape.key.length) });
            found += result.rows.length;
          }
          return found;
        },
        check: (found) => assert.equal(found, count),
        close: () => site.close(),
      };
    };
  const all =
    (kind: Kind): Contender =>
    async () => {
      const site = await bench.copy(templates[kind], shape);
      return {
        timed: async () => (await site.client.execute(`SELECT * FROM ${TABLE}`)).rows.length,
        check: (found) => assert.equal(found, count),
        close: () => site.close(),
      };
    };
  const keyTimes = await compare({ plain: byKey('plain'), crr: byKey('crr') }, rounds * 3);
  const allTimes = await compare({ plain: all('plain'), crr: all('crr') }, rounds * 4);
  const byKeyX = bestRatio(keyTimes, 'crr', 'plain');
  const allX = bestRatio(allTimes, 'crr', 'plain');
  const detail = `by key ${byKeyX.toFixed(3)}, all rows ${allX.toFixed(3)}`;
  figures.set('select_x', Math.max(byKeyX, allX), detail);
}

/** Size of the file after the same inserts. */
export async function measureSize(
  bench: Workbench,
  shape: Shape,
  count: number,
  figures: Figures,
  name: string,
): Promise<void> {
  const rows = shape.rows(0, count);
  const sizeOf = async (kind: Kind) => {
    const site = await bench.copy(await bench.filled(kind, shape, rows), shape);
    const size = await fileSize(site);
    await site.close();
    return size;
  };
  const [plain, crr] = [await sizeOf('plain'), await sizeOf('crr')];
  const perRow = (size: number) => (size / count).toFixed(0);
  figures.set(name, crr / plain, `${perRow(crr)} / ${perRow(plain)} bytes per row`);
}
