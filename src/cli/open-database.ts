import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import type { Crr } from '../db/crr.js';
import { withCrr } from '../db/with-crr.js';
import { CrrUsageError } from '../errors.js';
import type { Io } from './command.js';

/** The options by which every command finds its database. */
export const DATABASE_OPTIONS = {
  db: { type: 'string' },
  schema: { type: 'string' },
} as const;

export const DATABASE_USAGE = `  --db <url>         the database: file:local.db, http://..., libsql://...; or DATABASE_URL.
                     Its token is read from DATABASE_AUTH_TOKEN
  --schema <file>    the module that exports the tables`;

/** Opens the database that the options name, with its CRRs. */
export async function openDatabase(
  values: { readonly db?: string | undefined; readonly schema?: string | undefined },
  io: Io,
): Promise<{ readonly db: { readonly $crr: Crr }; close(): void }> {
  const url = values.db ?? io.env.DATABASE_URL;
  if (url === undefined) throw usage('which database? Give --db <url> or set DATABASE_URL');
  if (values.schema === undefined) throw usage('which tables? Give --schema <file>');
  const path = pathToFileURL(resolve(io.cwd, values.schema)).href;
  const schema = (await import(path)) as Record<string, unknown>;
  const authToken = io.env.DATABASE_AUTH_TOKEN;
  const client = createClient({ url, ...(authToken !== undefined && { authToken }) });
  const db = withCrr(drizzle(client), { schema });
  return { db, close: () => client.close() };
}

export const usage = (message: string) => new CrrUsageError('CRR_USAGE_OPTION', message);
