/** The engines that run in the process of the tests, each with a new, empty database per call. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import initSqliteWasm from '@sqlite.org/sqlite-wasm';
import { connect } from '@tursodatabase/database';
import { drizzle as drizzleBetter } from 'drizzle-orm/better-sqlite3';
import { drizzle as drizzleD1 } from 'drizzle-orm/d1';
import { drizzle as drizzleExpo } from 'drizzle-orm/expo-sqlite/driver';
import { drizzle as drizzleLibsql } from 'drizzle-orm/libsql';
import { drizzle as drizzleOp } from 'drizzle-orm/op-sqlite/driver';
import { drizzle as drizzleSqlJs } from 'drizzle-orm/sql-js';
import { drizzle as drizzleProxy } from 'drizzle-orm/sqlite-proxy';
import Libsql from 'libsql';
import { Miniflare } from 'miniflare';
import initSqlJs from 'sql.js';
import { afterAll, onTestFinished } from 'vitest';
import { betterSqlite3 } from '../../src/engines/better-sqlite3.js';
import { d1 } from '../../src/engines/d1.js';
import type { EngineAdapter } from '../../src/engines/engine.js';
import { expoSqlite } from '../../src/engines/expo-sqlite.js';
import { libsql } from '../../src/engines/libsql.js';
import { opSqlite } from '../../src/engines/op-sqlite.js';
import { sqlJs } from '../../src/engines/sql-js.js';
import { sqliteProxy } from '../../src/engines/sqlite-proxy.js';
import { turso } from '../../src/engines/turso.js';
import { missingBetterSqlite3, openBetterSqlite3 } from '../../tools/better-sqlite3/index.js';
import { sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { memoryClient, openClient } from '../support/client.js';
import { isDrizzle1 } from '../support/drizzle-line.js';
import type { Schema, Site } from './conformance.js';
import { openSiteOn } from './open-site.js';
import { proxyFunctions } from './proxy-functions.js';
import { standInForExpo, standInForOp } from './stand-ins.js';

export interface Opener {
  /** In the names of tests and in docs/engines.md. */
  readonly name: string;
  readonly adapter: EngineAdapter;
  /** The client that the adapter connects to. */
  openClient(): Promise<unknown>;
  /** The Drizzle database on the client; undefined if this line of Drizzle has no driver for it. */
  readonly drizzle?: (client: never) => object;
  /** What this machine lacks for it. */
  readonly missing?: string | undefined;
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

const drizzleBetterSqlite3 = (client: object) => drizzleBetter({ client: client as never });

export const betterFile: Opener = {
  name: 'better-sqlite3, file',
  adapter: betterSqlite3,
  drizzle: drizzleBetterSqlite3,
  missing: missingBetterSqlite3(),
  async openClient() {
    const client = openBetterSqlite3(join(await scratch(), 'test.db'));
    onTestFinished(() => void client.close());
    return client;
  },
};

/** The npm package libsql has the interface of better-sqlite3, and its binary in its package. */
const betterByLibsql: Opener = {
  name: 'libsql for better-sqlite3, memory',
  adapter: betterSqlite3,
  drizzle: drizzleBetterSqlite3,
  openClient: async () => memoryDatabase(),
};

export const sqlJsMemory: Opener = {
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

export const tursoFile: Opener = {
  name: 'Turso, file',
  adapter: turso,
  ...(drizzleTurso && { drizzle: (client: never) => drizzleTurso({ client }) }),
  async openClient() {
    const client = await connect(join(await scratch(), 'test.db'));
    onTestFinished(async () => void (await client.close()));
    return client;
  },
};

/** A runtime has many databases, each used once: starting it takes longer than most tests. */
const runtimes: Miniflare[] = [];
let d1Opened = 0;
const D1_NAMES = Array.from({ length: 50 }, (_, i) => `DB${i}`);
afterAll(() => Promise.all(runtimes.map((runtime) => runtime.dispose())));

export const d1InMiniflare: Opener = {
  name: 'D1, miniflare',
  adapter: d1,
  drizzle: drizzleD1,
  async openClient() {
    const index = d1Opened++ % D1_NAMES.length;
    if (index === 0) {
      const script = 'export default { fetch: () => new Response() };';
      runtimes.push(new Miniflare({ modules: true, script, d1Databases: D1_NAMES }));
    }
    return runtimes.at(-1)!.getD1Database(D1_NAMES[index]!);
  },
};

/** A connection behind functions, as applications write them for what has no driver of its own. */
export const proxy: Opener = {
  name: 'sqlite-proxy',
  adapter: sqliteProxy,
  drizzle: drizzleProxy as never,
  async openClient() {
    const client = memoryDatabase();
    return proxyFunctions((sql, params, rowMode) => {
      const prepared = client.prepare(sql);
      if (!prepared.reader) {
        prepared.run(params);
        return [];
      }
      if (rowMode === 'array') prepared.raw();
      return prepared.all(params);
    });
  },
};

/** One for all databases: each has a memory of its own. */
let loadedSqliteWasm: ReturnType<typeof initSqliteWasm> | undefined;
function sqliteWasmModule() {
  loadedSqliteWasm ??= initSqliteWasm();
  return loadedSqliteWasm;
}

export const sqliteWasm: Opener = {
  name: 'sqlite-wasm in Node, by sqlite-proxy',
  adapter: sqliteProxy,
  drizzle: drizzleProxy as never,
  async openClient() {
    const { oo1 } = await sqliteWasmModule();
    const client = new oo1.DB(':memory:');
    onTestFinished(() => client.close());
    return proxyFunctions(
      (sql, params, rowMode) =>
        client.exec({ sql, bind: params, rowMode, returnValue: 'resultRows' } as never) as never,
    );
  },
};

/** Neither runs outside of a telephone; see stand-ins.ts. */
export const expo: Opener = {
  name: 'Expo SQLite, stand-in',
  adapter: expoSqlite,
  drizzle: drizzleExpo as never,
  openClient: async () => standInForExpo(memoryDatabase()),
};

export const op: Opener = {
  name: 'op-sqlite, stand-in',
  adapter: opSqlite,
  // The driver of 0.45 calls methods that op-sqlite has no more.
  ...(isDrizzle1 && { drizzle: drizzleOp as never }),
  openClient: async () => standInForOp(memoryDatabase()),
};

const libsqlMemory: Opener = {
  name: 'libSQL, memory',
  adapter: libsql,
  drizzle: (client: Client) => drizzleLibsql({ client }),
  openClient: async () => memoryClient(),
};

const libsqlFile: Opener = {
  name: 'libSQL, file',
  adapter: libsql,
  drizzle: (client: Client) => drizzleLibsql({ client }),
  openClient: async () => openClient({ url: `file:${join(await scratch(), 'test.db')}` }),
};

/** A copy of a server's database in a file; writes go to the server. */
const libsqlReplica: Opener = {
  name: 'libSQL, embedded replica of sqld',
  adapter: libsql,
  drizzle: (client: Client) => drizzleLibsql({ client }),
  missing: sqldBinary() === undefined ? 'no sqld binary for this platform' : undefined,
  async openClient() {
    const server = (await startSqld())!;
    onTestFinished(() => server.stop());
    return openClient({
      url: `file:${join(await scratch(), 'replica.db')}`,
      syncUrl: server.httpUrl,
    });
  },
};

export const OPENERS: readonly Opener[] = [
  libsqlMemory,
  libsqlFile,
  libsqlReplica,
  betterFile,
  betterByLibsql,
  sqlJsMemory,
  tursoFile,
  d1InMiniflare,
  proxy,
  sqliteWasm,
  expo,
  op,
];

/** A new site on an engine. */
export function openOn({ adapter, openClient, drizzle }: Opener, schema: Schema): Promise<Site> {
  const open = async () => ({ adapter, client: await openClient(), drizzle: drizzle! });
  return openSiteOn(open, schema);
}
