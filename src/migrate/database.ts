import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Client, Config } from '@libsql/client';
import { CrrMigrateError } from '../errors.js';
import type { Project } from './config.js';

type LibsqlModule = { createClient(config: Config): Client };

/**
 * Opens the database that a project's config names, with the project's own @libsql/client.
 *
 * @throws {CrrMigrateError} where none is named or the client is not installed.
 */
export async function openDatabase(project: Project, url?: string): Promise<Client> {
  const credentials = (project.config.dbCredentials ?? {}) as { url?: string; authToken?: string };
  const address = url ?? credentials.url;
  if (typeof address !== 'string' || address === '') {
    throw new CrrMigrateError(
      'CRR_MIGRATE_DATABASE',
      'no database is named: set dbCredentials.url in the config, or pass --url',
    );
  }
  const { createClient } = await loadLibsql(project.cwd);
  const { authToken } = credentials;
  try {
    return createClient({ url: absolute(project.cwd, address), ...(authToken && { authToken }) });
  } catch (error) {
    throw new CrrMigrateError(
      'CRR_MIGRATE_DATABASE',
      `the database cannot be opened: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** drizzle-kit takes a bare path for a file, and paths from where it runs. */
function absolute(cwd: string, url: string): string {
  if (/^(https?|libsql|wss?):/.test(url) || url === ':memory:') return url;
  return `file:${resolve(cwd, url.replace(/^file:(\/\/)?/, ''))}`;
}

async function loadLibsql(cwd: string): Promise<LibsqlModule> {
  let file: string;
  try {
    file = createRequire(join(cwd, 'package.json')).resolve('@libsql/client');
  } catch (error) {
    throw new CrrMigrateError(
      'CRR_MIGRATE_DATABASE',
      `there is no @libsql/client in ${cwd}: npm install @libsql/client`,
      { cause: error },
    );
  }
  const loaded = (await import(pathToFileURL(file).href)) as LibsqlModule & {
    default?: LibsqlModule;
  };
  return loaded.createClient === undefined ? loaded.default! : loaded;
}
