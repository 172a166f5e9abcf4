import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { withCrr } from 'drizzle-crr';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import * as schema from './schema.js';

const MIGRATIONS = new URL('./drizzle', import.meta.url).pathname;

/** A database that takes part in the demo. */
export type Site = Awaited<ReturnType<typeof openSite>>;

/** Opens a database, creates the base table with drizzle-kit's migration, and makes it a CRR. */
export async function openSite(name: string, url: string) {
  const client = createClient({ url });
  const db = withCrr(drizzle(client, { schema }), { schema });
  await migrate(db, { migrationsFolder: MIGRATIONS });
  await db.$crr.install();
  return { name, url, db, siteId: await db.$crr.siteId(), close: () => client.close() };
}

export const fileUrl = (directory: string, name: string) => `file:${join(directory, `${name}.db`)}`;
