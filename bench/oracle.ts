/**
 * The overhead of cr-sqlite, measured like that of this package: with and without a CRR, on one build of
 * SQLite, in memory, with prepared statements in one transaction. If this package can run on that build,
 * it is measured there too.
 */
import assert from 'node:assert/strict';
import { CrrCore } from '../src/database/crr.js';
import type { Change } from '../src/index.js';
import { readSchema } from '../src/schema/read-schema.js';
import { PIN_SQL, UNPIN_SQL } from '../src/tables/state/table.js';
import type { Engine, EngineDb } from './engine.js';
import type { Column, Figures } from './figures.js';
import { type Contender, compare, ratio } from './measure.js';
import { type Row, type Shape, TABLE } from './shapes.js';
import {
  chunks,
  deleteSql,
  insertSql,
  ROWS_PER_STATEMENT,
  updateAllSql,
  updateSql,
  upsertSql,
} from './statements.js';
import type { Effort } from './writes.js';

type Who = 'plain' | 'crsqlite' | 'ours';

/** An open database of one contender. */
interface Entrant {
  readonly db: EngineDb;
  write(sql: string, rows: readonly Row[]): Promise<void>;
  changes(): Promise<readonly Change[]>;
  apply(changes: readonly Change[]): Promise<unknown>;
}

export async function measureEngine(
  engine: Engine,
  shape: Shape,
  { rows: count, rounds }: Effort,
  figures: Figures,
): Promise<void> {
  const rows = shape.rows(0, count);
  const keys = rows.map((row) => row.slice(0, shape.key.length));
  const bulk = chunks(rows).map((chunk) => chunk.flat());
  const changed = rows.map((row) => row.slice(shape.key.length).map((value) => `${value}!`));
  const fill = (entrant: Entrant) => entrant.write(insertSql(shape), rows);
  const rewrite = (entrant: Entrant) =>
    entrant.write(
      updateAllSql(shape),
      changed.map((values, i) => [...values, ...keys[i]!]),
    );
  const upsert = (list: readonly Row[]) => (entrant: Entrant) =>
    entrant.write(upsertSql(shape, 1), list);
  const column: Partial<Record<Who, Column>> = { crsqlite: engine.column };
  if (engine.oursColumn !== undefined) column.ours = engine.oursColumn;
  const who = ['plain', ...Object.keys(column)] as Who[];

  const figure = async (
    name: string,
    before: (entrant: Entrant, who: Who) => Promise<unknown>,
    timed: (entrant: Entrant, who: Who) => Promise<unknown>,
    check: (entrant: Entrant) => Promise<void>,
  ) => {
    const contender =
      (who: Who): Contender =>
      async (round) => {
        const entrant = await enter(engine, shape, who);
        await before(entrant, who);
        return {
          timed: () => timed(entrant, who),
          check: async () => {
            if (round === 0) await check(entrant);
          },
          close: () => entrant.db.close(),
        };
      };
    const contenders = Object.fromEntries(who.map((name) => [name, contender(name)]));
    const times = await compare(contenders as Record<Who, Contender>, rounds);
    for (const entrant of who) {
      const target = column[entrant];
      if (target === undefined) continue;
      figures.set(name, ratio(times, entrant, 'plain'), undefined, target);
    }
  };
  const holds = (expected: number) => async (entrant: Entrant) => {
    const [row] = await entrant.db.all(`SELECT count(*) FROM ${TABLE}`);
    assert.equal(Number(row![0]), expected);
  };
  const nothing = async () => {};

  if (count % ROWS_PER_STATEMENT === 0) {
    await figure(
      'insert_x',
      nothing,
      (e) => e.write(insertSql(shape, ROWS_PER_STATEMENT), bulk),
      holds(count),
    );
  }
  await figure('insert_prepared_x', nothing, fill, holds(count));
  await figure(
    'update_x',
    fill,
    (e) =>
      e.write(
        updateSql(shape),
        keys.map((key) => ['new', ...key]),
      ),
    holds(count),
  );
  await figure('delete_x', fill, (e) => e.write(deleteSql(shape), keys), holds(0));
  await figure(
    'read_x',
    fill,
    (e, who) => (who === 'plain' ? e.db.all(`SELECT * FROM ${TABLE}`) : e.changes()),
    holds(count),
  );

  const source = await enter(engine, shape, 'crsqlite');
  await fill(source);
  const news = await source.changes();
  await rewrite(source);
  const updates = await source.changes();
  await source.db.close();
  const apply =
    (list: readonly Change[], floor: (e: Entrant) => Promise<unknown>) => (e: Entrant, who: Who) =>
      who === 'plain' ? floor(e) : e.apply(list);
  const newRows = rows.map((_, i) => [...keys[i]!, ...changed[i]!]);
  await figure('apply_new_x', nothing, apply(news, upsert(rows)), holds(count));
  await figure('apply_update_x', apply(news, fill), apply(updates, upsert(newRows)), holds(count));
  await figure('apply_noop_x', apply(news, fill), apply(news, upsert(rows)), holds(count));

  const sizes = {} as Record<Who, number>;
  for (const name of who) {
    const entrant = await enter(engine, shape, name);
    await fill(entrant);
    const [[pages]] = (await entrant.db.all('PRAGMA page_count')) as [[unknown]];
    sizes[name] = Number(pages);
    await entrant.db.close();
  }
  for (const name of who) {
    const target = column[name];
    if (target) figures.set('size_cities_x', sizes[name] / sizes.plain, undefined, target);
  }
}

async function enter(engine: Engine, shape: Shape, who: Who): Promise<Entrant> {
  const db = await engine.open();
  await db.exec(shape.createSql);
  if (who === 'crsqlite') await db.run(`SELECT crsql_as_crr('${TABLE}')`);
  const connection = who === 'ours' ? engine.connect?.(db) : undefined;
  const schema = readSchema({ table: shape.table });
  const crr = connection && new CrrCore({ connection, schema, check: false });
  await crr?.install();
  return {
    db,
    async write(sql, rows) {
      await db.run('BEGIN');
      if (crr) await db.run(PIN_SQL);
      for (const row of rows) await db.run(sql, row);
      if (crr) await db.run(UNPIN_SQL);
      await db.run('COMMIT');
    },
    changes: async () => (crr ? (await crr.read('changes()', {})).changes : db.changes()),
    apply: (changes) => (crr ? crr.merge(changes, {}) : db.apply(changes)),
  };
}
