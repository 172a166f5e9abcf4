/** Engines with cr-sqlite: its WebAssembly build, and a user's native library. */
import Database from 'libsql';
import type { Connection } from '../src/database/connection.js';
import type { Change } from '../src/index.js';
import { type OracleDb, openOracle } from '../test/support/oracle.js';
import type { Column } from './figures.js';
import type { Row } from './shapes.js';

/** A database in memory, as the comparison needs it. Each statement text is prepared once. */
export interface EngineDb {
  exec(sql: string): Promise<void>;
  run(sql: string, args?: Row): Promise<void>;
  all(sql: string): Promise<unknown[][]>;
  changes(): Promise<readonly Change[]>;
  apply(changes: readonly Change[]): Promise<void>;
  close(): Promise<void>;
}

export interface Engine {
  readonly column: Column;
  /** The column of this package, if it runs on the same build. */
  readonly oursColumn?: Column;
  open(): Promise<EngineDb>;
  /** A connection for this package's own API. */
  connect?(db: EngineDb): Connection;
}

export const wasmEngine: Engine = {
  column: 'crsqlite_wasm',
  oursColumn: 'ours_wasm',
  open: openOracle,
  connect(db) {
    const oracle = db as OracleDb;
    return {
      maxParameters: 32_766,
      maxStatementBytes: 1_000_000,
      maxColumns: 2_000,
      async batch(statements) {
        await oracle.run('BEGIN');
        const results = [];
        for (const { sql, args } of statements) results.push(await oracle.all(sql, args));
        await oracle.run('COMMIT');
        return results as never;
      },
    };
  },
};

/** The native library, through the same binding as everything else. `file` comes from `CRSQLITE_LIB`. */
export function nativeEngine(file: string): Engine {
  return { column: 'crsqlite_native', open: async () => openNative(file) };
}

const INSERT_CHANGE =
  'INSERT INTO crsql_changes ("table", pk, cid, val, col_version, db_version, site_id, cl, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)';
const SELECT_CHANGES =
  'SELECT "table", pk, cid, val, col_version, db_version, site_id, cl, seq FROM crsql_changes';

function openNative(file: string): EngineDb {
  const db = new Database(':memory:');
  db.loadExtension(file);
  const prepared = new Map<string, ReturnType<typeof db.prepare>>();
  const prepare = (sql: string) => {
    let statement = prepared.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      prepared.set(sql, statement);
    }
    return statement;
  };
  const run = (sql: string, args: Row = []) => void prepare(sql).run(args);
  const all = (sql: string) =>
    (db.prepare(sql) as unknown as { raw(): { all(): unknown[][] } }).raw().all();
  return {
    exec: async (sql) => void db.exec(sql),
    run: async (sql, args) => run(sql, args),
    all: async (sql) => all(sql),
    changes: async () =>
      all(SELECT_CHANGES).map(
        ([table, pk, cid, val, col_version, db_version, site_id, cl, seq]) =>
          ({ table, pk, cid, val, col_version, db_version, site_id, cl, seq }) as Change,
      ),
    async apply(changes) {
      run('BEGIN');
      for (const c of changes) {
        const clocks = [c.col_version, c.db_version, c.cl, c.seq].map(BigInt);
        const [version, dbVersion, cl, seq] = clocks as [bigint, bigint, bigint, bigint];
        run(INSERT_CHANGE, [c.table, c.pk, c.cid, c.val, version, dbVersion, c.site_id, cl, seq]);
      }
      run('COMMIT');
    },
    async close() {
      // cr-sqlite keeps statements open. They must be finalized before the database can close.
      db.exec('SELECT crsql_finalize()');
      db.close();
    },
  };
}
