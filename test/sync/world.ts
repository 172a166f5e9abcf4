/** Sites for the sync tests: databases with one schema, clients and handlers in one process. */
import { blob, integer, real, text } from 'drizzle-orm/sqlite-core';
import { crrTable } from '../../src/index.js';
import {
  createSync,
  createSyncHandler,
  type Fetch,
  type SyncHandlerOptions,
  type SyncOptions,
} from '../../src/sync/index.js';
import { openClient } from '../support/client.js';
import { openSite as openSiteOn } from '../support/site.js';
import { changesOf } from './feed.js';

export const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner'),
  body: text('body'),
  stars: integer('stars'),
  weight: real('weight'),
  data: blob('data', { mode: 'buffer' }),
});

const DDL =
  'CREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY NOT NULL, owner TEXT, body TEXT, stars INTEGER, weight REAL, data BLOB)';

export type Site = Awaited<ReturnType<typeof openSite>>;

/** @param url a libSQL address; a database in memory if absent. Its table is created if there is none. */
export async function openSite(url = ':memory:') {
  const client = openClient({ url });
  const db = await openSiteOn({ notes }, client, { ddl: DDL });
  return { db, client, crr: db.$crr };
}

export const note = (id: string, more: Partial<typeof notes.$inferInsert> = {}) => ({
  id,
  owner: 'ann',
  body: `body of ${id}`,
  stars: 1,
  ...more,
});

export const serve = (
  site: Pick<SyncHandlerOptions, 'db'>,
  options: Partial<SyncHandlerOptions> = {},
) =>
  createSyncHandler({
    db: site.db,
    ...(options.authorize ? {} : { public: true }),
    onError: (error) => console.error(error),
    ...options,
  });

/** A client whose network is `fetch`; it counts the requests and never waits long. */
export function connect(
  site: Pick<SyncOptions, 'db'>,
  fetch: Fetch,
  options: Partial<SyncOptions> = {},
) {
  const counts = { requests: 0 };
  const sync = createSync({
    db: site.db,
    fetch: (request) => {
      counts.requests++;
      return fetch(request);
    },
    retry: { attempts: 1, baseMs: 1, maxMs: 5 },
    ...options,
  });
  return Object.assign(sync, { counts });
}

/**
 * Everything that two sites must agree on: rows with storage classes, versions, causal lengths. Not
 * who wrote a cell: if two wrote the same value at once, each side keeps its own site as the writer.
 */
export async function contents(site: Site): Promise<string> {
  const { rows } = await site.client.execute(
    'SELECT id, owner, body, stars, weight, quote(data), typeof(stars), typeof(weight) FROM notes ORDER BY id',
  );
  const clocks = (await changesOf(site)).map((change) => [
    change.table,
    change.pk.join(),
    change.cid,
    change.col_version,
    change.cl,
  ]);
  return JSON.stringify([rows.map((row) => Array.from(row as ArrayLike<unknown>)), clocks.sort()]);
}

export const rowCount = async (site: Site) => (await site.db.select().from(notes)).length;
