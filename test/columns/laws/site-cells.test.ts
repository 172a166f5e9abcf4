import { integer, primaryKey, real, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { counter, crrTable, mvr } from '../../../src/index.js';
import { PIN_SQL, UNPIN_SQL } from '../../../src/tables/state/table.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../../support/random.js';
import { registerConflicts } from '../../support/site.js';
import {
  applyAtRandom,
  deliver,
  type MeshSite,
  openMeshSite,
  rowsOf,
  type Schema,
  settle,
} from './mesh.js';

/*
 * Counters and registers on random meshes, against a model that knows nothing of cells: it notes each
 * write with the life (causal length) of the row in which it happened, and what the writer saw.
 */

interface Shape {
  readonly name: string;
  readonly schema: Schema;
  /** SQL of the keys' values, and of what else an insert must give. */
  readonly keys: readonly string[];
  readonly others: string;
  readonly otherValues: string;
  readonly keyColumns: string;
}

const shapes: readonly Shape[] = [
  {
    name: 'a text key and last-write-wins columns',
    schema: {
      t: crrTable('t', {
        id: text('id').primaryKey().notNull(),
        title: text('title'),
        count: counter('count'),
        reg: mvr(text('reg')),
      }),
    },
    keys: ["'a'", "'b'", "'c'"],
    keyColumns: 'id',
    others: ', title',
    otherValues: ", 'x'",
  },
  {
    name: 'an integer key and a column without which no row can be',
    schema: {
      t: crrTable('t', {
        id: integer('id').primaryKey(),
        count: counter('count'),
        body: text('body').notNull(),
        weight: real('weight').notNull().default(1.5),
        reg: mvr(text('reg').notNull().default('none')),
      }),
    },
    keys: ['1', '2', '3'],
    keyColumns: 'id',
    others: ', body',
    otherValues: ", 'x'",
  },
  {
    name: 'a key of two columns and nothing else',
    schema: {
      t: crrTable(
        't',
        {
          a: text('a').notNull(),
          b: integer('b').notNull(),
          count: counter('count'),
          reg: mvr(text('reg')),
        },
        (t) => [primaryKey({ columns: [t.a, t.b] })],
      ),
    },
    keys: ["'a', 1", "'a', 2", "'b', 1"],
    keyColumns: 'a, b',
    others: '',
    otherValues: '',
  },
];

const STEPS = 40;
const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 30) / 10);

describe.each(shapes)('$name', (shape) => {
  test('what is added adds up, and of what is written only what was seen gives way', async () => {
    const seed = seedFromEnv();
    let conflicts = 0;
    for (let history = 0; history < HISTORIES; history++) {
      const random = new Random(hash('site-cells', shape.name, seed, history));
      conflicts += await runHistory(shape, random, `CRR_SEED=${seed}, history ${history}`);
    }
    // Otherwise this would show little.
    expect(conflicts).toBeGreaterThan(0);
  }, 600_000);
});

interface Model {
  /** By row and life: what was added. */
  readonly sums: Map<string, bigint>;
  /** By row and life: the register's writes, and those that were overwritten by one who saw them. */
  readonly written: Map<string, Map<string, string>>;
  readonly overwritten: Set<string>;
}

/** Returns how many conflicts were left. */
async function runHistory(shape: Shape, random: Random, label: string): Promise<number> {
  const sites = await Promise.all([0, 1, 2].map(() => openMeshSite(shape.schema)));
  const model: Model = { sums: new Map(), written: new Map(), overwritten: new Set() };
  for (let step = 0; step < STEPS; step++) {
    const site = random.pick(sites);
    if (random.chance(0.3)) await deliver(random, random.pick(sites), site);
    else await write(shape, random, site, model);
  }
  // A stranger is told everything in any order, before the others have heard of each other.
  const stranger = await openMeshSite(shape.schema);
  for (const site of random.shuffle(sites)) {
    await applyAtRandom(random, stranger, (await site.db.$crr.changes()).changes);
  }
  await settle(sites);
  const rows = await rowsOf(sites[0]!, 't');
  for (const site of [...sites.slice(1), stranger]) {
    expect(await rowsOf(site, 't'), label).toEqual(rows);
  }
  for (const site of [sites[0]!, stranger]) {
    await checkAgainstModel(shape, site, model, label);
  }
  // Applying everything once more is no news to anybody.
  for (const site of sites) {
    const version = await site.db.$crr.version();
    for (const other of sites) await site.db.$crr.apply(await other.db.$crr.changes());
    expect(await site.db.$crr.version(), label).toBe(version);
  }
  return (await sites[0]!.db.$crr.conflicts(shape.schema.t!)).length;
}

async function write(shape: Shape, random: Random, site: MeshSite, model: Model): Promise<void> {
  const key = random.pick(shape.keys);
  const where = `(${shape.keyColumns}) = (${key})`;
  const before = await inspect(shape, site, key);
  const by = random.int(21) - 10;
  const value = `v${random.int(5)}`;
  const count = random.int(100);
  const pinned = random.chance(0.3);
  const run = async (...statements: string[]) => {
    await site.client.batch(pinned ? [PIN_SQL, ...statements, UNPIN_SQL] : statements, 'write');
  };
  const columns = `${shape.keyColumns}${shape.others}, count, reg`;
  const values = `${key}${shape.otherValues}, ${count}, '${value}'`;
  let registered: string | undefined;
  switch (random.int(before.count === undefined ? 3 : 9)) {
    case 0:
      await run(`INSERT OR REPLACE INTO t (${columns}) VALUES (${values})`);
      registered = value;
      break;
    case 1:
      await run(
        `INSERT INTO t (${columns}) VALUES (${values}) ON CONFLICT (${shape.keyColumns}) DO UPDATE SET count = t.count + ${by}`,
      );
      if (before.count === undefined) registered = value;
      break;
    case 2:
      await run(
        `INSERT INTO t (${columns}) VALUES (${values}) ON CONFLICT (${shape.keyColumns}) DO UPDATE SET count = excluded.count, reg = excluded.reg`,
      );
      if (before.register !== `'${value}'` || before.others) registered = value;
      break;
    case 3:
    case 4:
      await run(`UPDATE t SET count = count + ${by} WHERE ${where}`);
      break;
    case 5:
      await run(`UPDATE t SET count = ${count} WHERE ${where}`);
      break;
    case 6:
      await run(
        `UPDATE t SET count = count - 1 WHERE ${where}`,
        `UPDATE t SET reg = '${value}', count = count + 3 WHERE ${where}`,
      );
      // Nothing is told where a register is written that shows this already and has no other value.
      if (before.register !== `'${value}'` || before.others) registered = value;
      break;
    case 7:
      await run(`UPDATE t SET reg = '${value}' WHERE ${where}`);
      if (before.register !== `'${value}'` || before.others) registered = value;
      break;
    default:
      await run(`DELETE FROM t WHERE ${where}`);
      return;
  }
  const after = await inspect(shape, site, key);
  const life = `${key}@${after.cl}`;
  const shownBefore = before.cl === after.cl ? (before.count ?? 0n) : 0n;
  model.sums.set(life, (model.sums.get(life) ?? 0n) + after.count! - shownBefore);
  if (registered === undefined) return;
  // What was there before in this life was seen, and what is there now instead is the write.
  const old = before.cl === after.cl ? before.standing : [];
  for (const write of old) model.overwritten.add(`${life} ${write}`);
  const fresh = after.standing.filter((write) => !old.includes(write));
  expect(fresh).toHaveLength(1);
  const writes = model.written.get(life) ?? new Map();
  writes.set(`${life} ${fresh[0]}`, registered);
  model.written.set(life, writes);
}

async function inspect(shape: Shape, { client }: MeshSite, key: string) {
  const keys = shape.keyColumns
    .split(', ')
    .map((name) => `key_${name}`)
    .join(', ');
  const [clock, base, cells] = await client.batch(
    [
      `SELECT causal_length AS cl FROM t__crr_clock WHERE (${keys}) = (${key})`,
      `SELECT count, quote(reg) AS reg FROM t WHERE (${shape.keyColumns}) = (${key})`,
      `SELECT hex(site_id) || '/' || version AS write, site <> (SELECT site FROM crr_state) AS other FROM t__crr_cell JOIN crr_site ON ordinal = site WHERE (${keys}) = (${key}) AND column_name = 'reg' AND version % 2 = 0 ORDER BY 1`,
    ],
    'read',
  );
  return {
    cl: clock!.rows[0]?.cl as bigint | undefined,
    count: base!.rows[0]?.count as bigint | undefined,
    register: base!.rows[0]?.reg as string | undefined,
    standing: cells!.rows.map(({ write }) => String(write)),
    others: cells!.rows.some(({ other }) => other === 1n),
  };
}

async function checkAgainstModel(shape: Shape, site: MeshSite, model: Model, label: string) {
  const conflicts = await registerConflicts(site.db, shape.schema.t!);
  let conflicting = 0;
  for (const key of shape.keys) {
    const { cl, count, register } = await inspect(shape, site, key);
    if (count === undefined) continue;
    const life = `${key}@${cl}`;
    expect(count, `${label}: the sum of ${life}`).toBe(model.sums.get(life) ?? 0n);
    const standing = [...(model.written.get(life) ?? [])]
      .filter(([write]) => !model.overwritten.has(write))
      .map(([, value]) => value);
    const values = [...new Set(standing)].sort().reverse();
    expect(register, `${label}: the register of ${life}`).toBe(`'${values[0]}'`);
    if (values.length > 1) conflicting++;
    if (values.length > 1) {
      const listed = conflicts.map((conflict) => conflict.values.map(({ value }) => value));
      expect(listed, label).toContainEqual(values);
    }
  }
  expect(conflicts, label).toHaveLength(conflicting);
}
