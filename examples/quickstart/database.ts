import { createClient } from '@libsql/client';
import { withCrr } from 'drizzle-crr';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import * as schema from './schema.js';

export async function open(url: string) {
  const db = withCrr(drizzle(createClient({ url }), { schema }), { schema });
  await migrate(db, { migrationsFolder: 'drizzle' }); // tables, clocks and triggers
  return db;
}
