import { createClient } from '@libsql/client';
import { withCrr } from 'drizzle-crr';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import * as schema from './schema.js';

export async function open(url: string) {
  const db = withCrr(drizzle(createClient({ url }), { schema }), { schema });
  await migrate(db, { migrationsFolder: 'drizzle' }); // drizzle-kit's tables, as ever
  await db.$crr.install(); // clocks and triggers; does nothing where they are up to date
  return db;
}
