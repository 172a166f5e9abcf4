/** The engines of simulated sites: databases that are installed once, and begin each simulation as they were then. */
import initSqliteWasm, { type Database as WasmDatabase } from '@sqlite.org/sqlite-wasm';
import { drizzle as drizzleProxy } from 'drizzle-orm/sqlite-proxy';
import { type WithCrrOptions, withCrr } from '../../src/index.js';
import { missingBetterSqlite3, openBetterSqlite3 } from '../../tools/better-sqlite3/index.js';
import { RecycledDatabase } from '../constraints/recycled.js';
import { type Schema, Site } from '../constraints/site.js';
import { proxyFunctions } from '../engines/proxy-functions.js';
import { closeLater } from '../support/closing.js';
import { createTableSql } from '../support/create-table.js';
import { julianDay, SiteClock } from './clock.js';
import { RecycledServer } from './recycled-server.js';
import { MIGRATION, TRIGGERS } from './schema.js';

/** Of a site, in the order in which a plan picks them. */
export const ENGINES = ['libsql', 'better-sqlite3', 'sqlite-wasm', 'sqld'] as const;
export type EngineName = (typeof ENGINES)[number];

/** The database of a site. */
export interface SimulatedDatabase {
  /** As it was installed, or as a file that {@link backUp} made. @param siteId another one, as hexadecimal digits. */
  site(options: { file?: string; schema?: Schema; siteId?: string }): Site | Promise<Site>;
  /** As it is, for a process that has just started. */
  reopened(): Site;
  /** Another number after each transaction that has written something; undefined if only reading everything shows that. */
  readonly writes: (() => number) | undefined;
  /** Copies it to a file; undefined if that is not possible from outside. */
  readonly backUp: ((file: string) => void) | undefined;
  /** Runs the migration of schema.ts; undefined if a simulation with this engine has none. */
  readonly migrate: ((schema: Schema) => Promise<void>) | undefined;
  /** Undefined if the clock is that of the machine. */
  readonly clock: SiteClock | undefined;
  close(): void | Promise<void>;
}

export async function openDatabase(engine: EngineName, schema: Schema): Promise<SimulatedDatabase> {
  const triggers = TRIGGERS;
  if (engine === 'sqlite-wasm') return RecycledWasm.open(schema);
  if (engine === 'sqld') {
    const server = await RecycledServer.open(schema, triggers);
    if (server !== undefined) return server;
  }
  if (engine === 'better-sqlite3' && missingBetterSqlite3() === undefined) {
    const clock = new SiteClock();
    const database = await RecycledDatabase.open(schema, {
      ...{ triggers, checks: true },
      open: (path) =>
        openBetterSqlite3(path).function('julianday', { varargs: true }, () =>
          julianDay(clock.now()),
        ),
    });
    return simulated(database, clock);
  }
  return simulated(await RecycledDatabase.open(schema, { triggers, checks: true }));
}

const simulated = (database: RecycledDatabase, clock?: SiteClock): SimulatedDatabase => ({
  clock,
  site(options) {
    if (clock !== undefined) clock.ahead = 0;
    return database.site(options);
  },
  reopened: () => database.reopened(),
  writes: () => database.writes(),
  backUp: (file) => database.backUp(file),
  migrate: (schema) => database.migrate(MIGRATION, schema),
  close: () => database.close(),
});

type Wasm = Awaited<ReturnType<typeof initSqliteWasm>>;
let loaded: Promise<Wasm> | undefined;

/** SQLite in WebAssembly, in memory. It is installed for each simulation: in a database that got other bytes, it ran out of its memory's bounds. */
class RecycledWasm implements SimulatedDatabase {
  readonly clock = undefined;
  readonly writes = undefined;
  readonly migrate = undefined;
  readonly backUp = undefined;
  #client: WasmDatabase;

  private constructor(
    readonly schema: Schema,
    readonly wasm: Wasm,
  ) {
    this.#client = new wasm.oo1.DB(':memory:');
  }

  static async open(schema: Schema): Promise<RecycledWasm> {
    loaded ??= initSqliteWasm();
    const wasm = await loaded;
    // It prints what a constraint refuses.
    Object.assign((wasm as unknown as { config: object }).config, { warn() {}, error() {} });
    const database = new RecycledWasm(schema, wasm);
    closeLater(() => database.close());
    return database;
  }

  async site({ siteId }: { siteId?: string }): Promise<Site> {
    this.close();
    this.#client = new this.wasm.oo1.DB(':memory:');
    for (const table of Object.values(this.schema)) this.#client.exec(createTableSql(table));
    for (const trigger of TRIGGERS) this.#client.exec(trigger);
    await this.#connect().$crr.install();
    if (siteId !== undefined) {
      this.#client.exec(`UPDATE crr_site SET site_id = x'${siteId}' WHERE ordinal = 1`);
    }
    return this.reopened();
  }

  reopened(): Site {
    return new Site(this.#connect({ check: false }));
  }

  close(): void {
    this.#client.close();
  }

  #connect(options: Partial<WithCrrOptions> = {}) {
    const client = this.#client;
    const functions = proxyFunctions(
      (sql, params, rowMode) =>
        client.exec({
          ...{ sql, bind: params, rowMode, returnValue: 'resultRows' },
        } as never) as never,
    );
    return withCrr(drizzleProxy(functions as never), { schema: this.schema, ...options });
  }
}
