/**
 * `npx tsx bench/turso.ts [rows]`: what applying newer rows costs on Turso, statement by statement. Each variant leaves something
 * out of the trigger that merges a newer row, or does the same in another way, on a database of its own.
 */
import assert from 'node:assert/strict';
import { connect } from '@tursodatabase/database';
import { CrrCore } from '../src/database/crr.js';
import type { AsyncEngine } from '../src/engines/engine.js';
import { turso } from '../src/engines/turso.js';
import type { Change } from '../src/index.js';
import { readSchema } from '../src/schema/read-schema.js';
import { statement } from '../src/sql/statement.js';
import { newerRowGate } from '../src/tables/gate/newer.js';
import { PIN_SQL, UNPIN_SQL } from '../src/tables/state/table.js';
import { Workbench } from './database.js';
import { citiesShape, TABLE } from './shapes.js';
import { insertSql, upsertSql } from './statements.js';

const COUNT = Number(process.argv[2] ?? 2_000);
const ROUNDS = 3;
const shape = citiesShape();
const schema = readSchema({ [TABLE]: shape.table });
const rows = shape.rows(0, COUNT);
const changed = rows.map((row) => row.map((value, i) => (i === 0 ? value : `${value}!`)));

const NEWER_ROW = newerRowGate([...schema.tables.values()][0]!, { upserts: true });
const [HEAD, CLOCK, BASE, END] = /^([\s\S]*?newer row \*\/)([\s\S]*?;)([\s\S]*?;)([\s\S]*)$/
  .exec(NEWER_ROW.sql)!
  .slice(1) as [string, string, string, string];
const columns = shape.columns.map((name) => `"${name}"`);
const upsert = (values: string) =>
  `INSERT INTO ${TABLE} ("id", ${columns.join(', ')}) ${values}
   ON CONFLICT ("id") DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`;
const BASE_UPDATE = `UPDATE ${TABLE} SET ${shape.columns.map((name) => `"${name}" = new."value_${name}"`).join(', ')} WHERE "id" = new."key_id"`;
const withBody = (...body: string[]) => [
  `DROP TRIGGER "${NEWER_ROW.name}"`,
  [HEAD, ...body, END].join('\n'),
];
const withoutWriteTriggers = shape.columns.map(
  (name) => `DROP TRIGGER "items__crr_on_update_${name}"`,
);

/** Statements that change the triggers before newer changes are applied. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  'merge, as it is': [],
  'only the gate: no statement in its trigger': withBody(),
  'only the clock': withBody(CLOCK),
  'only the base row': withBody(BASE),
  'only the base row, no write triggers': [...withBody(BASE), ...withoutWriteTriggers],
  'no write triggers on the base table': withoutWriteTriggers,
  'the base row by an UPDATE': withBody(CLOCK, `${BASE_UPDATE};`),
};

/** The least that a merge without row triggers does: stage the rows with their clocks, then one statement per table. */
const SET_BASED = [
  `INSERT INTO stage SELECT c.row_id, j.value ->> 0, ${shape.columns.map((_, i) => `j.value ->> ${i + 1}`).join(', ')}
   FROM json_each(?) AS j CROSS JOIN ${TABLE}__crr_clock AS c ON c."key_id" = j.value ->> 0
   WHERE c.row_version < 2`,
  `INSERT INTO ${TABLE}__crr_clock (row_id, "key_id", row_db_version, row_version, row_site, row_seq, db_version)
   SELECT row_id, id, 9, 2, 0, row_id, 9 FROM stage WHERE true
   ON CONFLICT (row_id) DO UPDATE SET row_db_version = excluded.row_db_version, row_version = excluded.row_version,
     row_site = excluded.row_site, row_seq = excluded.row_seq, db_version = excluded.db_version,
     ${shape.columns.map((name) => `"clock_${name}" = NULL`).join(', ')}`,
  upsert(`SELECT id, ${columns.join(', ')} FROM stage WHERE true`),
  'DELETE FROM stage',
];

const bench = await Workbench.open();
try {
  async function open(isCrr: boolean) {
    const client = await connect(bench.newPath());
    const engine = turso.connect(client, {}) as AsyncEngine;
    await engine.batch([statement(shape.createSql)], 'write');
    const crr = new CrrCore({ connection: engine, schema, check: false });
    if (isCrr) await crr.install();
    return { client, engine, crr };
  }
  const write = async (
    engine: AsyncEngine,
    sql: typeof upsertSql,
    list: typeof rows,
    pins = true,
  ) => {
    const chunks = [];
    for (let i = 0; i < list.length; i += 500) {
      const chunk = list.slice(i, i + 500);
      chunks.push(statement(sql(shape, chunk.length), chunk.flat()));
    }
    const all = pins ? [statement(PIN_SQL), ...chunks, statement(UNPIN_SQL)] : chunks;
    await engine.batch(all, 'write');
  };

  const source = await open(true);
  await write(source.engine, insertSql, rows);
  const news: Change[] = [...(await source.crr.read('changes()', {})).changes];
  await write(source.engine, upsertSql, changed);
  const newer: Change[] = [...(await source.crr.read('changes()', {})).changes];
  await source.client.close();

  const best = new Map<string, number>();
  const time = async (name: string, run: () => Promise<unknown>) => {
    // CPU time of all threads, so that other work on the machine counts less.
    const start = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(start);
    const us = (user + system) / COUNT;
    best.set(name, Math.min(us, best.get(name) ?? Number.POSITIVE_INFINITY));
  };
  const contentOf = async (engine: AsyncEngine) => {
    const [found] = await engine.batch([statement(`SELECT * FROM ${TABLE} ORDER BY id`)], 'read');
    return found!.map((row) => Array.from(row));
  };
  const expected = [...changed].sort(([a], [b]) => (a! < b! ? -1 : 1));

  for (let round = 0; round < ROUNDS; round++) {
    const plain = await open(false);
    await write(plain.engine, insertSql, rows, false);
    await time('plain upsert', () => write(plain.engine, upsertSql, changed, false));
    await plain.client.close();

    for (const [name, statements] of Object.entries(VARIANTS)) {
      const { client, engine, crr } = await open(true);
      await crr.merge(news, {});
      for (const sql of statements) await client.exec(sql);
      await time(name, () => crr.merge(newer, {}));
      if (!name.startsWith('only')) assert.deepEqual(await contentOf(engine), expected);
      if (statements.length === 0) await time('merge of what is known', () => crr.merge(newer, {}));
      await client.close();
    }

    const { client, engine, crr } = await open(true);
    await crr.merge(news, {});
    await client.exec(`CREATE TABLE stage (row_id INTEGER PRIMARY KEY, id, ${columns.join(', ')})`);
    await client.exec(withoutWriteTriggers.join(';'));
    const [fill, clocks, base, clear] = SET_BASED as [string, string, string, string];
    const json = JSON.stringify(changed);
    await time('set-based: all', async () => {
      await time('  stage', () => engine.batch([statement(fill, [json])], 'write'));
      await time('  clocks', () => engine.batch([statement(clocks)], 'write'));
      await time('  base rows', () => engine.batch([statement(base)], 'write'));
      await engine.batch([statement(clear)], 'write');
    });
    assert.deepEqual(await contentOf(engine), expected);
    await client.close();
  }

  const floor = best.get('plain upsert')!;
  for (const [name, us] of best) {
    console.log(
      `${name.padEnd(46)} ${us.toFixed(1).padStart(8)} us a row ${(us / floor).toFixed(1).padStart(6)} x`,
    );
  }
} finally {
  await bench.close();
}
