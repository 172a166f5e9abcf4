import { betterSqlite3 } from './better-sqlite3.js';
import { bunSqlite } from './bun-sqlite.js';
import { d1 } from './d1.js';
import { durableObject } from './durable-object.js';
import type { EngineAdapter } from './engine.js';
import { expoSqlite } from './expo-sqlite.js';
import { libsql } from './libsql.js';
import { nodeSqlite } from './node-sqlite.js';
import { opSqlite } from './op-sqlite.js';
import { sqlJs } from './sql-js.js';
import { sqliteProxy } from './sqlite-proxy.js';
import { turso } from './turso.js';

/** All engines. One more is a file of this folder, and a line here. */
export const ENGINES: readonly EngineAdapter[] = [
  libsql,
  betterSqlite3,
  nodeSqlite,
  bunSqlite,
  sqlJs,
  turso,
  d1,
  durableObject,
  expoSqlite,
  opSqlite,
  sqliteProxy,
];
