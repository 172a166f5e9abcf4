/** Runs in Bun: the scenarios on bun:sqlite. */
import { Database } from 'bun:sqlite';
import { drizzle } from 'drizzle-orm/bun-sqlite';
import { bunSqlite } from '../../../src/engines/bun-sqlite.js';
import { printTranscripts } from './print.js';

await printTranscripts(async () => ({
  adapter: bunSqlite,
  client: new Database(':memory:'),
  drizzle: (client) => drizzle({ client: client as never }),
}));
