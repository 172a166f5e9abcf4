import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import type { CrrDatabase } from '../drizzle/crr-database.js';
import { withCrr } from '../drizzle/with-crr.js';
import { CrrUsageError } from '../errors.js';
import { loadProject } from '../migrate/config.js';
import type { Io } from './command.js';

/** The options by which every command finds its database. */
export const DATABASE_OPTIONS = {
  db: { type: 'string' },
  schema: { type: 'string' },
} as const;

export const DATABASE_USAGE = `  --db <url>         the database: file:local.db, http://..., libsql://...; or DATABASE_URL,
                     or dbCredentials.url of the drizzle-kit config.
                     Its token is read from DATABASE_AUTH_TOKEN
  --schema <path>    the files that export the tables, a path or glob; by default those of the
                     drizzle-kit config`;

/** Opens the database that the options name, with its CRRs. */
export async function openDatabase(
  values: { readonly db?: string | undefined; readonly schema?: string | undefined },
  io: Io,
): Promise<{ readonly db: CrrDatabase; close(): void }> {
  const flags =
    values.schema === undefined ? {} : { schema: values.schema, dialect: 'sqlite' as const };
  const {
    config,
    casing,
    exports: schema,
  } = await loadProject(io.cwd, flags).catch((error) => {
    if (values.schema !== undefined) throw error;
    throw usage(`which tables? Give --schema <path>, or a drizzle-kit config: ${error.message}`);
  });
  const credentials = config.dbCredentials as { url?: string } | undefined;
  const url = values.db ?? io.env.DATABASE_URL ?? credentials?.url;
  if (url === undefined) throw usage('which database? Give --db <url> or set DATABASE_URL');
  const authToken = io.env.DATABASE_AUTH_TOKEN;
  const client = createClient({ url, ...(authToken !== undefined && { authToken }) });
  const db = withCrr(drizzle(client, { ...(casing && { casing }) }), { schema });
  return { db, close: () => client.close() };
}

export const usage = (message: string) => new CrrUsageError('CRR_USAGE_OPTION', message);
