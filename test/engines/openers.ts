/** The engines that run in the process of the tests, each with a new, empty database per call. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@tursodatabase/database';
import { drizzle as drizzleBetter } from 'drizzle-orm/better-sqlite3';
import { drizzle as drizzleD1 } from 'drizzle-orm/d1';
import { drizzle as drizzleSqlJs } from 'drizzle-orm/sql-js';
import { drizzle as drizzleProxy } from 'drizzle-orm/sqlite-proxy';
import Libsql from 'libsql';
import { Miniflare } from 'miniflare';
import initSqlJs from 'sql.js';
import { onTestFinished } from 'vitest';
import { betterSqlite3 } from '../../src/engines/better-sqlite3.js';
import { d1 } from '../../src/engines/d1.js';
import type { EngineAdapter } from '../../src/engines/engine.js';
import { sqlJs } from '../../src/engines/sql-js.js';
import { sqliteProxy } from '../../src/engines/sqlite-proxy.js';
import { turso } from '../../src/engines/turso.js';

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
  drizzle: drizzleBetter,
  async openClient() {
    const client = new Libsql(join(await scratch(), 'test.db'));
    onTestFinished(async () => void (await client.close()));
    return client;
  },
};

const betterMemory: Opener = {
  name: 'better-sqlite3, memory',
  adapter: betterSqlite3,
  drizzle: drizzleBetter,
  async openClient() {
    const client = new Libsql(':memory:');
    onTestFinished(async () => void (await client.close()));
    return client;
  },
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

const tursoFile: Opener = {
  name: 'Turso, file',
  adapter: turso,
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
  skips: { 'a row rule holds': 'D1 has no savepoints, in which a merge is tried and taken back' },
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

/** A connection behind a function, as applications write it for what has no driver of its own. */
const proxy: Opener = {
  name: 'sqlite-proxy',
  adapter: sqliteProxy,
  drizzle: drizzleProxy,
  async openClient() {
    const client = new Libsql(':memory:');
    onTestFinished(async () => void (await client.close()));
    return async (sql: string, params: unknown[], method: string) => {
      const prepared = client.prepare(sql);
      if (!prepared.reader) {
        prepared.run(params);
        return { rows: [] };
      }
      const rows = prepared.raw().all(params);
      return { rows: method === 'get' ? rows[0] : rows };
    };
  },
};

export const OPENERS: readonly Opener[] = [
  betterFile,
  betterMemory,
  sqlJsMemory,
  tursoFile,
  d1InMiniflare,
  proxy,
];
