/** The engines that run in the process of the tests, each with a new, empty database per call. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@tursodatabase/database';
import { drizzle as drizzleBetter } from 'drizzle-orm/better-sqlite3';
import { drizzle as drizzleD1 } from 'drizzle-orm/d1';
import { drizzle as drizzleExpo } from 'drizzle-orm/expo-sqlite/driver';
import { drizzle as drizzleOp } from 'drizzle-orm/op-sqlite/driver';
import { drizzle as drizzleSqlJs } from 'drizzle-orm/sql-js';
import { drizzle as drizzleProxy } from 'drizzle-orm/sqlite-proxy';
import { npmVersion } from 'drizzle-orm/version';
import Libsql from 'libsql';
import { Miniflare } from 'miniflare';
import initSqlJs from 'sql.js';
import { onTestFinished } from 'vitest';
import { betterSqlite3 } from '../../src/engines/better-sqlite3.js';
import { d1 } from '../../src/engines/d1.js';
import type { EngineAdapter } from '../../src/engines/engine.js';
import { expoSqlite } from '../../src/engines/expo-sqlite.js';
import { opSqlite } from '../../src/engines/op-sqlite.js';
import { sqlJs } from '../../src/engines/sql-js.js';
import { sqliteProxy } from '../../src/engines/sqlite-proxy.js';
import { turso } from '../../src/engines/turso.js';
import { standInForExpo, standInForOp } from './stand-ins.js';

/** The tests run on both lines of Drizzle; see vitest.config.ts. */
export const isDrizzle1 = npmVersion.startsWith('1.');

/** Why what a rule refuses cannot be found row by row there. */
export const NO_SAVEPOINTS = 'no savepoints, in which a merge is tried and taken back';

export interface Opener {
  /** In the names of tests and in docs/engines.md. */
  readonly name: string;
  readonly adapter: EngineAdapter;
  /** The client that the adapter connects to. */
  openClient(): Promise<unknown>;
  /** The Drizzle database on the client; undefined if this line of Drizzle has no driver for it. */
  readonly drizzle?: (client: never) => object;
  /** Scenarios that the engine cannot run, with the reason. */
  readonly skips?: Readonly<Record<string, string>>;
}

function memoryDatabase(): Libsql.Database {
  const client = new Libsql(':memory:');
  onTestFinished(async () => void (await client.close()));
  return client;
}

/** A directory that is removed when the test ends. */
async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The npm package libsql has the interface of better-sqlite3, and its binary in its package. */
const betterFile: Opener = {
  name: 'better-sqlite3, file',
  adapter: betterSqlite3,
  drizzle: (client: Libsql.Database) => drizzleBetter({ client: client as never }),
  async openClient() {
    const client = new Libsql(join(await scratch(), 'test.db'));
    onTestFinished(async () => void (await client.close()));
    return client;
  },
};

const betterMemory: Opener = {
  name: 'better-sqlite3, memory',
  adapter: betterSqlite3,
  drizzle: (client: Libsql.Database) => drizzleBetter({ client: client as never }),
  openClient: async () => memoryDatabase(),
};

const sqlJsMemory: Opener = {
  name: 'sql.js',
  adapter: sqlJs,
  drizzle: drizzleSqlJs,
  async openClient() {
    const { Database } = await initSqlJs();
    const client = new Database();
    onTestFinished(async () => void (await client.close()));
    return client;
  },
};

/** Drizzle 0.45 has no driver for Turso. */
const drizzleTurso = isDrizzle1
  ? (await import('drizzle-orm-1/tursodatabase/database')).drizzle
  : undefined;

const tursoFile: Opener = {
  name: 'Turso, file',
  adapter: turso,
  ...(drizzleTurso && { drizzle: (client: never) => drizzleTurso({ client }) }),
  async openClient() {
    const client = await connect(join(await scratch(), 'test.db'));
    onTestFinished(async () => void (await client.close()));
    return client;
  },
};

const d1InMiniflare: Opener = {
  name: 'D1, miniflare',
  adapter: d1,
  drizzle: drizzleD1,
  skips: { 'a row rule holds': NO_SAVEPOINTS },
  async openClient() {
    const miniflare = new Miniflare({
      modules: true,
      script: 'export default { fetch: () => new Response() };',
      d1Databases: ['DB'],
    });
    onTestFinished(() => miniflare.dispose());
    return miniflare.getD1Database('DB');
  },
};

/** A connection behind functions, as applications write them for what has no driver of its own. */
const proxy: Opener = {
  name: 'sqlite-proxy',
  adapter: sqliteProxy,
  drizzle: drizzleProxy as never,
  async openClient() {
    const client = memoryDatabase();
    const run = async (sql: string, params: unknown[]) => client.prepare(sql).run(params);
    const all = async (sql: string, params: unknown[], rowMode: string) => {
      const prepared = client.prepare(sql);
      if (rowMode === 'array') prepared.raw();
      return prepared.all(params);
    };
    if (isDrizzle1) {
      const get = async (...args: Parameters<typeof all>) => (await all(...args))[0];
      return { run, all, get };
    }
    return async (sql: string, params: unknown[], method: string) => {
      if (method === 'run') {
        await run(sql, params);
        return { rows: [] };
      }
      const rows = await all(sql, params, 'array');
      return { rows: method === 'get' ? rows[0] : rows };
    };
  },
};

/** Neither runs outside of a telephone; see stand-ins.ts. */
const expo: Opener = {
  name: 'Expo SQLite, stand-in',
  adapter: expoSqlite,
  drizzle: drizzleExpo as never,
  openClient: async () => standInForExpo(memoryDatabase()),
};

const op: Opener = {
  name: 'op-sqlite, stand-in',
  adapter: opSqlite,
  // The driver of 0.45 calls methods that op-sqlite has no more.
  ...(isDrizzle1 && { drizzle: drizzleOp as never }),
  openClient: async () => standInForOp(memoryDatabase()),
};

export const OPENERS: readonly Opener[] = [
  betterFile,
  betterMemory,
  sqlJsMemory,
  tursoFile,
  d1InMiniflare,
  proxy,
  expo,
  op,
];
