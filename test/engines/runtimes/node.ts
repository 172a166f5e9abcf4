/** Runs in Node 24: the scenarios on node:sqlite. */
import { DatabaseSync } from 'node:sqlite';
import { drizzle } from 'drizzle-orm/node-sqlite';
import { nodeSqlite } from '../../../src/engines/node-sqlite.js';
import { printTranscripts } from './print.js';

await printTranscripts(async () => ({
  adapter: nodeSqlite,
  client: new DatabaseSync(':memory:'),
  drizzle: (client) => drizzle({ client: client as never }),
}));
