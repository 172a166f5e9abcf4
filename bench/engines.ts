/**
 * The overhead of a CRR on every engine that runs in Node: inserting rows, and applying new and newer rows, each compared
 * with the same rows in a plain table on that engine. Both go through the adapter, one batch each.
 */
import assert from 'node:assert/strict';
import { createClient } from '@libsql/client';
import initSqliteWasm from '@sqlite.org/sqlite-wasm';
import { connect } from '@tursodatabase/database';
import Libsql from 'libsql';
import { Miniflare } from 'miniflare';
import initSqlJs from 'sql.js';
import { CrrCore } from '../src/database/crr.js';
import { betterSqlite3 } from '../src/engines/better-sqlite3.js';
import { d1 } from '../src/engines/d1.js';
import type { Engine, EngineAdapter } from '../src/engines/engine.js';
import { libsql } from '../src/engines/libsql.js';
import { sqlJs } from '../src/engines/sql-js.js';
import { sqliteProxy } from '../src/engines/sqlite-proxy.js';
import { turso } from '../src/engines/turso.js';
import type { Change } from '../src/index.js';
import { readSchema } from '../src/schema/read-schema.js';
import { statement } from '../src/sql/statement.js';
import { PIN_SQL, UNPIN_SQL } from '../src/tables/state/table.js';
import { proxyFunctions } from '../test/engines/proxy-functions.js';
import type { Workbench } from './database.js';
import type { Figures } from './figures.js';
import { type Contender, compare, perItem, ratio } from './measure.js';
import { type Row, type Shape, TABLE } from './shapes.js';
import { insertSql, upsertSql } from './statements.js';
import type { Effort } from './writes.js';

interface Candidate {
  readonly adapter: EngineAdapter;
  open(bench: Workbench): Promise<{ readonly client: unknown; close(): unknown }>;
}

/** By the names of the figures. Databases are files, except where an engine has none in Node. */
const CANDIDATES: Readonly<Record<string, Candidate>> = {
  libsql: {
    adapter: libsql,
    async open(bench) {
      const client = createClient({ url: `file:${bench.newPath()}` });
      return { client, close: () => client.close() };
    },
  },
  better_sqlite3: {
    adapter: betterSqlite3,
    async open(bench) {
      const client = new Libsql(bench.newPath());
      return { client, close: () => client.close() };
    },
  },
  turso: {
    adapter: turso,
    async open(bench) {
      const client = await connect(bench.newPath());
      return { client, close: () => client.close() };
    },
  },
  sql_js: {
    adapter: sqlJs,
    async open() {
      const client = new (await initSqlJs()).Database();
      return { client, close: () => client.close() };
    },
  },
  sqlite_wasm: {
    adapter: sqliteProxy,
    async open() {
      const { oo1 } = await sqliteWasm();
      const db = new oo1.DB(':memory:');
      const client = proxyFunctions(
        (sql, bind, rowMode) =>
          db.exec({ sql, bind, rowMode, returnValue: 'resultRows' } as never) as never,
      );
      return { client, close: () => db.close() };
    },
  },
  d1: {
    adapter: d1,
    async open() {
      const miniflare = new Miniflare({
        modules: true,
        script: 'export default { fetch: () => new Response() };',
        d1Databases: ['DB'],
      });
      return { client: await miniflare.getD1Database('DB'), close: () => miniflare.dispose() };
    },
  },
};

let loaded: ReturnType<typeof initSqliteWasm> | undefined;
function sqliteWasm() {
  loaded ??= initSqliteWasm();
  return loaded;
}

/** An open database, plain or with a CRR. */
interface Entrant {
  readonly engine: Engine;
  readonly crr: CrrCore;
  close(): unknown;
}

export async function measureEngines(
  bench: Workbench,
  shape: Shape,
  { rows: count, rounds }: Effort,
  figures: Figures,
): Promise<void> {
  const rows = shape.rows(0, count);
  const width = shape.key.length;
  const changed = rows.map((row) => row.map((value, i) => (i < width ? value : `${value}!`)));
  for (const [name, candidate] of Object.entries(CANDIDATES)) {
    const enter = (isCrr: boolean) => openEntrant(bench, shape, candidate, isCrr);
    const source = await enter(true);
    await write(source, insertSql, shape, rows, true);
    const news = await changesOf(source);
    await write(source, upsertSql, shape, changed, true);
    const newer = await changesOf(source);
    await source.close();
    assert.equal(news.length, count * shape.columns.length);
    assert.equal(newer.length, news.length);

    const figure = async (
      operation: string,
      before: (entrant: Entrant, isCrr: boolean) => Promise<unknown>,
      timed: (entrant: Entrant, isCrr: boolean) => Promise<unknown>,
      expected: readonly Row[],
    ) => {
      const contender =
        (isCrr: boolean): Contender =>
        async (round) => {
          const entrant = await enter(isCrr);
          await before(entrant, isCrr);
          return {
            timed: () => timed(entrant, isCrr),
            check: async () => {
              if (round === 0) assert.deepEqual(await contentOf(entrant), sorted(expected));
            },
            close: () => void entrant.close(),
          };
        };
      const times = await compare({ plain: contender(false), crr: contender(true) }, rounds);
      const us = (who: 'crr' | 'plain') => perItem(times[who], count).toFixed(1);
      figures.set(
        `${operation}_${name}_x`,
        ratio(times, 'crr', 'plain'),
        `${us('crr')} / ${us('plain')} us per row of ${shape.columns.length} cells`,
      );
    };
    const insert = (entrant: Entrant, isCrr: boolean) =>
      write(entrant, insertSql, shape, rows, isCrr);
    const apply =
      (list: readonly Row[], changes: readonly Change[]) => (e: Entrant, crr: boolean) =>
        crr ? e.crr.merge(changes, {}) : write(e, upsertSql, shape, list, false);
    const fill = apply(rows, news);
    await figure('insert', async () => {}, insert, rows);
    await figure('apply_new', async () => {}, fill, rows);
    await figure('apply_newer', fill, apply(changed, newer), changed);
  }
}

async function openEntrant(
  bench: Workbench,
  shape: Shape,
  { adapter, open }: Candidate,
  isCrr: boolean,
): Promise<Entrant> {
  const { client, close } = await open(bench);
  const engine = adapter.connect(client, {})!;
  await engine.batch([statement(shape.createSql)], 'write');
  const crr = new CrrCore({
    connection: engine,
    schema: readSchema({ [TABLE]: shape.table }),
    check: false,
  });
  if (isCrr) await crr.install();
  return { engine, crr, close };
}

/** One batch; as many rows per statement as the engine takes, 500 at most. */
async function write(
  { engine }: Entrant,
  sql: (shape: Shape, rows: number) => string,
  shape: Shape,
  rows: readonly Row[],
  isCrr: boolean,
): Promise<void> {
  const size = Math.min(500, Math.floor(engine.maxParameters / rows[0]!.length));
  const statements = [];
  for (let i = 0; i < rows.length; i += size) {
    const chunk = rows.slice(i, i + size);
    statements.push(statement(sql(shape, chunk.length), chunk.flat()));
  }
  const [pin, unpin] = [PIN_SQL, UNPIN_SQL].map((text) => statement(text)) as [never, never];
  await engine.batch(isCrr ? [pin, ...statements, unpin] : statements, 'write');
}

async function changesOf({ crr }: Entrant): Promise<readonly Change[]> {
  return [...(await crr.read('changes()', {})).changes];
}

async function contentOf({ engine }: Entrant): Promise<string[]> {
  const [rows] = await engine.batch([statement(`SELECT * FROM ${TABLE}`)], 'read');
  return sorted(rows!.map((row) => Array.from(row) as Row));
}

const sorted = (rows: readonly Row[]) => rows.map((row) => row.join('|')).sort();
