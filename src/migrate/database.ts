import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CrrMigrateError } from '../errors.js';
import type { Project } from './config.js';

/** The address of a database, and the setting that named it. */
export interface DatabaseAddress {
  /** As @libsql/client takes it; the path of a file is absolute. */
  readonly url: string;
  readonly authToken: string | undefined;
  /** Absolute path of a local database; undefined for a server. */
  readonly file: string | undefined;
  /** For messages: as the user wrote it, without credentials. */
  readonly shown: string;
  /** The setting that named it: `--url`, `DATABASE_URL` or `dbCredentials.url`. */
  readonly source: string;
}

/**
 * The database of a project: `url` if given, else DATABASE_URL, else dbCredentials.url of the config.
 * Its token is DATABASE_AUTH_TOKEN, else the config's, which goes to the config's own server alone.
 *
 * @throws {CrrMigrateError} if none is named, or libSQL cannot open such an address.
 */
export function databaseAddress(
  { cwd, config }: Project,
  url: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): DatabaseAddress {
  const credentials = (config.dbCredentials ?? {}) as { url?: string; authToken?: string };
  const candidates = [
    ['--url', url],
    ['DATABASE_URL', env.DATABASE_URL],
    ['dbCredentials.url', credentials.url],
  ] as const;
  const [source, named] = candidates.find(([, value]) => value) ?? [];
  if (source === undefined || source === 'dbCredentials.url') refuseDriver(config.driver);
  if (source === undefined || typeof named !== 'string') {
    throw addressError(
      'no database is named: pass --url <url>, set DATABASE_URL, or set dbCredentials.url in the config',
    );
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(named)?.[1]?.toLowerCase() ?? 'file';
  if (/^(file:)?:memory:/.test(named)) {
    throw addressError(`${source} is a database in memory, which only its own process can see`);
  }
  if (scheme === 'file') return { ...fileAddress(cwd, named), authToken: undefined, source };
  if (!SERVER_SCHEMES.has(scheme) || !URL.canParse(named)) {
    throw addressError(
      `${source} is not an address that libSQL can open: expected file:, libsql:, http:, https:, ws: or wss:, found ${scheme}:`,
    );
  }
  const authToken =
    env.DATABASE_AUTH_TOKEN || (isSameServer(named, credentials.url) && credentials.authToken);
  return {
    url: named,
    authToken: authToken || undefined,
    file: undefined,
    shown: withoutCredentials(named),
    source,
  };
}

/**
 * Refuses a file that does not exist: SQLite would create it, and a misspelt path would look like an
 * empty database.
 *
 * @throws {CrrMigrateError}
 */
export function requireDatabaseFile({ file, source }: DatabaseAddress): void {
  if (file === undefined) return;
  if (!existsSync(file)) {
    throw addressError(
      `there is no database ${file} (from ${source}): correct the path, or create the database with drizzle-kit migrate or drizzle-crr push`,
    );
  }
  if (statSync(file).isDirectory()) {
    throw addressError(`${file} (from ${source}) is a folder: expected a database file`);
  }
}

/** drizzle-kit's `driver`: databases that this computer cannot open, and what can be done instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'd1-http':
    "D1's HTTP interface has no transactions, which all of this needs: use $crr in the Worker, or pass --url with the file that wrangler dev keeps below .wrangler/state",
  expo: 'the database is on the device: use $crr in the app, or pass --url with a copy of its file',
  'durable-sqlite': 'the database is in the Durable Object: use $crr in it',
  'sqlite-cloud': 'SQLite Cloud is not supported',
};

function refuseDriver(driver: unknown): void {
  const reason = typeof driver === 'string' ? ELSEWHERE[driver] : undefined;
  if (reason === undefined) return;
  throw addressError(
    `the config has driver: '${driver}', and ${reason}. generate and check --offline work without a database`,
  );
}

const SERVER_SCHEMES: ReadonlySet<string> = new Set(['libsql', 'http', 'https', 'ws', 'wss']);

/** As drizzle-kit reads it: `file:` may be left out, and paths start where it runs. */
function fileAddress(cwd: string, named: string) {
  const [, path = '', rest = ''] = /^(?:file:(?:\/\/(?=\/))?)?([^?#]*)(.*)$/s.exec(named) ?? [];
  const file = resolve(cwd, decoded(path));
  const url = `file:${file.replaceAll(/[%?#]/g, encodeURIComponent)}${rest}`;
  return { url, file, shown: named };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A plain path with a percent sign in it.
  }
}

const isSameServer = (url: string, other: unknown): boolean =>
  typeof other === 'string' && URL.canParse(other) && new URL(url).host === new URL(other).host;

function withoutCredentials(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

const addressError = (message: string) => new CrrMigrateError('CRR_MIGRATE_DATABASE', message);
