/**
 * The oracle: real cr-sqlite 0.16, the native extension compiled to WebAssembly, in memory.
 *
 * The package's own wrapper guesses storage classes from JavaScript types and loses what the merge
 * rules depend on: it binds 5000000000 as REAL, -0.0 as INTEGER, an empty blob as NULL, and cuts
 * text at NUL. So this file talks to the C interface itself, where a value is exactly what it is:
 * bigint = INTEGER, number = REAL, string = TEXT, Uint8Array = BLOB, null = NULL, in and out.
 *
 * The module was built for asynchronous file systems, but an in-memory database never suspends:
 * every call here runs to its end at once, and the module needs no lock. The methods return promises
 * only because the databases it is compared with must.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Change } from '../../src/model/change.js';
import type { SqlValue } from '../../src/model/value.js';

/** One in-memory cr-sqlite database. */
export interface OracleDb {
  /** Runs a script of any number of statements. */
  exec(sql: string): Promise<void>;
  /** Runs one statement and drops its rows. */
  run(sql: string, params?: readonly SqlValue[]): Promise<void>;
  /** Runs one statement and returns its rows, each value in its exact storage class. */
  all(sql: string, params?: readonly SqlValue[]): Promise<SqlValue[][]>;
  /** What `crsql_changes` holds above `since`, in the order in which cr-sqlite gives it. */
  changes(since?: number): Promise<Change[]>;
  /** Merges changes in the order given, in one transaction. */
  apply(changes: readonly Change[]): Promise<void>;
  siteId(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The part of an Emscripten module that this file uses. */
interface WasmModule {
  HEAPU8: Uint8Array;
  _malloc(size: number): number;
  _sqlite3_malloc(size: number): number;
  _sqlite3_free(pointer: number): void;
  _getSqliteFree(): number;
  cwrap(name: string, result: string, args: string[]): (...args: (number | string)[]) => number;
  getValue(pointer: number, type: '*'): number;
  getTempRet0(): number;
  ccall(name: string, result: string, types: string[], args: number[]): string;
}

type Api = ReturnType<typeof bindApi>;

const OK = 0;
const ROW = 100;
const DONE = 101;
const OPEN_READWRITE_CREATE = 0x2 | 0x4;
const INTEGER = 1;
const FLOAT = 2;
const TEXT = 3;
const BLOB = 4;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

let loaded: Promise<Api> | undefined;

/** Opens a new cr-sqlite database in memory. The WebAssembly module is loaded once per process. */
export async function openOracle(): Promise<OracleDb> {
  loaded ??= loadModule().then(bindApi);
  return new WasmOracle(await loaded);
}

async function loadModule(): Promise<WasmModule> {
  const wasm = createRequire(import.meta.url).resolve('@vlcn.io/crsqlite-wasm/crsqlite.wasm');
  // The package exports no path to its module factory, only an entry point that needs a browser.
  const factory = await import(pathToFileURL(join(dirname(wasm), 'crsqlite.mjs')).href);
  return factory.default({ wasmBinary: readFileSync(wasm), locateFile: (file: string) => file });
}

/** Wraps the C functions; arguments and results are numbers (pointers, lengths, result codes). */
function bindApi(module: WasmModule) {
  const wrap = (name: string, argCount: number) =>
    module.cwrap(`sqlite3_${name}`, 'number', Array(argCount).fill('number'));
  return {
    module,
    out: module._malloc(8),
    free: module._getSqliteFree(),
    openV2: module.cwrap('sqlite3_open_v2', 'number', ['string', 'number', 'number', 'number']),
    close: wrap('close', 1),
    prepareV2: wrap('prepare_v2', 5),
    bindInt64: wrap('bind_int64', 4),
    bindDouble: wrap('bind_double', 3),
    bindText: wrap('bind_text', 5),
    bindBlob: wrap('bind_blob', 5),
    bindNull: wrap('bind_null', 2),
    step: wrap('step', 1),
    reset: wrap('reset', 1),
    finalize: wrap('finalize', 1),
    dataCount: wrap('data_count', 1),
    columnType: wrap('column_type', 2),
    columnInt64: wrap('column_int64', 2),
    columnDouble: wrap('column_double', 2),
    columnBlob: wrap('column_blob', 2),
    columnBytes: wrap('column_bytes', 2),
  };
}

const INSERT_CHANGE = `INSERT INTO crsql_changes
  ("table", pk, cid, val, col_version, db_version, site_id, cl, seq) VALUES (?,?,?,?,?,?,?,?,?)`;

const SELECT_CHANGES = `SELECT "table", pk, cid, val, col_version, db_version,
  coalesce(site_id, crsql_site_id()), cl, seq FROM crsql_changes WHERE db_version > ?`;

class WasmOracle implements OracleDb {
  readonly #api: Api;
  readonly #db: number;
  /** Prepared statements by text: histories repeat the same few. */
  readonly #statements = new Map<string, number>();

  constructor(api: Api) {
    this.#api = api;
    const code = api.openV2(':memory:', api.out, OPEN_READWRITE_CREATE, 0);
    if (code !== OK) throw new Error(`cr-sqlite: cannot open a database (code ${code})`);
    this.#db = api.module.getValue(api.out, '*');
  }

  async exec(sql: string): Promise<void> {
    // Statements of a script are prepared one by one: a later one may need an earlier one's table.
    const { module } = this.#api;
    const text = this.#copy(encoder.encode(`${sql}\0`));
    try {
      for (let at = text; module.HEAPU8[at] !== 0; ) {
        const { statement, tail } = this.#prepare(at);
        at = tail;
        if (statement === 0) continue;
        try {
          this.#drain(statement);
        } finally {
          this.#api.finalize(statement);
        }
      }
    } finally {
      module._sqlite3_free(text);
    }
  }

  async run(sql: string, params: readonly SqlValue[] = []): Promise<void> {
    this.#query(sql, params);
  }

  async all(sql: string, params: readonly SqlValue[] = []): Promise<SqlValue[][]> {
    return this.#query(sql, params);
  }

  async changes(since = 0): Promise<Change[]> {
    return this.#query(SELECT_CHANGES, [BigInt(since)]).map((row) => ({
      table: row[0] as string,
      pk: row[1] as Uint8Array,
      cid: row[2] as string,
      val: row[3] as SqlValue,
      col_version: Number(row[4]),
      db_version: Number(row[5]),
      site_id: row[6] as Uint8Array,
      cl: Number(row[7]),
      seq: Number(row[8]),
    }));
  }

  async apply(changes: readonly Change[]): Promise<void> {
    this.#query('BEGIN', []);
    try {
      for (const c of changes) {
        this.#query(INSERT_CHANGE, [
          c.table,
          c.pk,
          c.cid,
          c.val,
          BigInt(c.col_version),
          BigInt(c.db_version),
          c.site_id,
          BigInt(c.cl),
          BigInt(c.seq),
        ]);
      }
      this.#query('COMMIT', []);
    } catch (error) {
      this.#query('ROLLBACK', []);
      throw error;
    }
  }

  async siteId(): Promise<Uint8Array> {
    return this.#query('SELECT crsql_site_id()', [])[0]?.[0] as Uint8Array;
  }

  async close(): Promise<void> {
    for (const statement of this.#statements.values()) this.#api.finalize(statement);
    this.#statements.clear();
    // cr-sqlite keeps statements of its own, to be let go before the database can close.
    await this.exec('SELECT crsql_finalize()');
    this.#check(this.#api.close(this.#db));
  }

  #query(sql: string, params: readonly SqlValue[]): SqlValue[][] {
    const statement = this.#statement(sql);
    try {
      params.forEach((value, i) => {
        this.#check(this.#bind(statement, i + 1, value));
      });
      return this.#drain(statement);
    } finally {
      this.#api.reset(statement);
    }
  }

  #statement(sql: string): number {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const text = this.#copy(encoder.encode(`${sql}\0`));
    try {
      const { statement } = this.#prepare(text);
      if (statement === 0) throw new Error('cr-sqlite: an empty statement');
      this.#statements.set(sql, statement);
      return statement;
    } finally {
      this.#api.module._sqlite3_free(text);
    }
  }

  #prepare(text: number): { statement: number; tail: number } {
    const { module, out } = this.#api;
    this.#check(this.#api.prepareV2(this.#db, text, -1, out, out + 4));
    return { statement: module.getValue(out, '*'), tail: module.getValue(out + 4, '*') };
  }

  #drain(statement: number): SqlValue[][] {
    const rows: SqlValue[][] = [];
    for (;;) {
      const code = this.#api.step(statement);
      if (code === DONE) return rows;
      if (code !== ROW) this.#check(code);
      const width = this.#api.dataCount(statement);
      rows.push(Array.from({ length: width }, (_, i) => this.#column(statement, i)));
    }
  }

  #bind(statement: number, index: number, value: SqlValue): number {
    const api = this.#api;
    if (value === null) return api.bindNull(statement, index);
    switch (typeof value) {
      case 'bigint': {
        const low = Number(BigInt.asUintN(32, value));
        return api.bindInt64(statement, index, low, Number(value >> 32n));
      }
      case 'number':
        return api.bindDouble(statement, index, value);
      case 'string': {
        const bytes = encoder.encode(value);
        return api.bindText(statement, index, this.#copy(bytes), bytes.length, api.free);
      }
      default:
        return api.bindBlob(statement, index, this.#copy(value), value.length, api.free);
    }
  }

  #column(statement: number, index: number): SqlValue {
    const api = this.#api;
    switch (api.columnType(statement, index)) {
      case INTEGER: {
        const low = api.columnInt64(statement, index);
        return (BigInt(api.module.getTempRet0()) << 32n) | BigInt.asUintN(32, BigInt(low));
      }
      case FLOAT:
        return api.columnDouble(statement, index);
      case TEXT:
        return decoder.decode(this.#columnBytes(statement, index));
      case BLOB:
        return this.#columnBytes(statement, index);
      default:
        return null;
    }
  }

  #columnBytes(statement: number, index: number): Uint8Array {
    const start = this.#api.columnBlob(statement, index);
    const length = this.#api.columnBytes(statement, index);
    return this.#api.module.HEAPU8.slice(start, start + length);
  }

  /** Copies bytes into the module's memory. Never a null pointer, which SQLite reads as NULL. */
  #copy(bytes: Uint8Array): number {
    const { module } = this.#api;
    const pointer = module._sqlite3_malloc(bytes.length + 1);
    module.HEAPU8.set(bytes, pointer);
    return pointer;
  }

  #check(code: number): void {
    if (code === OK) return;
    const message = this.#api.module.ccall('sqlite3_errmsg', 'string', ['number'], [this.#db]);
    throw new Error(`cr-sqlite: ${message} (code ${code})`);
  }
}
