/**
 * Databases for thousands of histories. Each is installed once, in a file, and gets the bytes of that moment again
 * for the next history. Its connection stays, and compiles each statement once: compiling takes most of the
 * time of a history that installs its databases.
 */
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import Libsql from 'libsql';
import { overriding } from '../../src/engines/libsql-client.js';
import { type WithCrrOptions, withCrr } from '../../src/index.js';
import { closeLater } from '../support/closing.js';
import { createTableSql } from '../support/create-table.js';
import { type Schema, Site } from './site.js';

export interface RecycledOptions {
  /** Triggers of the application. */
  readonly triggers?: readonly string[];
  /** Opens a file with another package than libsql, whose interface is that of better-sqlite3. */
  readonly open?: (path: string) => object;
  /** Whether its processes compare the database with their schema, so that they notice a migration. Default: false. */
  readonly checks?: boolean;
}

export class RecycledDatabase {
  readonly #first: Schema;
  #schema: Schema;
  readonly #path: string;
  readonly #client: Libsql.Database;

  private constructor(
    schema: Schema,
    path: string,
    readonly options: RecycledOptions,
  ) {
    const { open } = options;
    this.#first = schema;
    this.#schema = schema;
    this.#path = path;
    this.#client = compilingOnce((open?.(path) ?? new Libsql(path)) as Libsql.Database);
    // Nothing here has to survive a loss of power. No WAL: a file that is copied must be the whole database.
    this.#client.exec('PRAGMA journal_mode = MEMORY');
    this.#client.exec('PRAGMA synchronous = OFF');
  }

  /** Installs a database. It is closed when the tests of the file end. */
  static async open(schema: Schema, options: RecycledOptions = {}): Promise<RecycledDatabase> {
    const path = join(mkdtempSync(join(tmpdir(), 'drizzle-crr-')), 'test.db');
    const database = new RecycledDatabase(schema, path, options);
    closeLater(() => database.close());
    for (const table of Object.values(schema)) database.#client.exec(createTableSql(table));
    for (const trigger of options.triggers ?? []) database.#client.exec(trigger);
    await database.#connect().$crr.install();
    copyFileSync(database.#path, database.#installed);
    return database;
  }

  /**
   * The database as it was when it was installed, as a process that has just started sees it, and whose triggers are as it
   * left them.
   *
   * @param file a copy that {@link backUp} made, of this or another database of the schema, instead of what was installed.
   * @param schema of the file, if it is not the first one.
   * @param siteId another one than it was installed with, as hexadecimal digits.
   */
  site({
    file = this.#installed,
    schema = this.#first,
    siteId,
  }: {
    file?: string;
    schema?: Schema;
    siteId?: string;
  } = {}): Site {
    copyFileSync(file, this.#path);
    markAsChanged(this.#path);
    this.#schema = schema;
    if (siteId !== undefined) {
      this.#client.exec(`UPDATE crr_site SET site_id = x'${siteId}' WHERE ordinal = 1`);
    }
    return this.reopened();
  }

  /** Migrates the database. Processes that have it open keep their schema; {@link reopened} has this one. */
  async migrate(ddl: readonly string[], schema: Schema): Promise<void> {
    for (const sql of ddl) this.#client.exec(sql);
    this.#schema = schema;
    await this.#connect().$crr.install();
  }

  /** The database as it is, as a process that has just started sees it. */
  reopened(): Site {
    return new Site(this.#connect({ check: this.options.checks ?? false }));
  }

  /** Copies the database as it is now. */
  backUp(file: string): void {
    copyFileSync(this.#path, file);
  }

  /** Everything that is committed: a transaction that is rolled back leaves these bytes. */
  bytes(): Buffer {
    return readFileSync(this.#path);
  }

  /** Another number after each transaction that has written something. */
  writes(): number {
    return readCounter(this.#path);
  }

  close(): void {
    this.#client.close();
    rmSync(dirname(this.#path), { recursive: true, force: true });
  }

  get #installed(): string {
    return `${this.#path}.installed`;
  }

  #connect(options: Partial<WithCrrOptions> = {}) {
    return withCrr(drizzle({ client: this.#client as never }), {
      schema: this.#schema,
      ...options,
    });
  }
}

let mark = 0;
/** SQLite adds one with each transaction, and must not get to the mark of the next copy. */
const BETWEEN_MARKS = 1_000_003;

/** SQLite finds that its file has changed by the counter in the file's header, and two copies may have equal ones. */
function markAsChanged(path: string): void {
  const counter = Buffer.alloc(4);
  mark = (mark + BETWEEN_MARKS) % 2 ** 32;
  counter.writeUInt32BE(mark);
  const file = openSync(path, 'r+');
  for (const place of [COUNTER_AT, 92]) writeSync(file, counter, 0, 4, place);
  closeSync(file);
}

const COUNTER_AT = 24;

function readCounter(path: string): number {
  const counter = Buffer.alloc(4);
  const file = openSync(path, 'r');
  readSync(file, counter, 0, 4, COUNTER_AT);
  closeSync(file);
  return counter.readUInt32BE();
}

/** What the merges of one schema are made of, and some more. */
const MOST_STATEMENTS = 800;

/** The npm package libsql has the interface of better-sqlite3. */
function compilingOnce(database: Libsql.Database): Libsql.Database {
  const statements = new Map<string, Libsql.Statement>();
  const prepare = (sql: string) => {
    const prepared = statements.get(sql) ?? (database.prepare(sql) as Libsql.Statement);
    statements.delete(sql);
    statements.set(sql, prepared);
    // Random writes are seldom the same, and are forgotten.
    if (statements.size > MOST_STATEMENTS) statements.delete(statements.keys().next().value!);
    // As it is after it was compiled.
    return prepared.reader ? prepared.raw(false) : prepared;
  };
  return overriding(database, { prepare: prepare as Libsql.Database['prepare'] });
}
