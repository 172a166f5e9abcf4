import { CrrMigrateError } from '../errors.js';
import type { Project } from './config.js';
import type { DatabaseAddress } from './database.js';
import { importFromProject, isInProject } from './project-package.js';

/** An open database, with the project's own driver and Drizzle. */
export interface OpenedDatabase {
  /** The Drizzle database. */
  readonly db: object;
  close(): void;
}

/** A package that opens databases, and Drizzle's module for it. */
interface Driver {
  readonly name: string;
  readonly drizzle: string;
  /** Whether it opens servers, too, and not files alone. */
  readonly opensServers?: true;
  /** Opens the database with what the package exports. */
  open(exports: DriverExports, address: DatabaseAddress & { readonly file: string }): unknown;
}
// biome-ignore lint/suspicious/noExplicitAny: each entry knows what its package exports.
type DriverExports = Readonly<Record<string, any>>;

/** In the order in which drizzle-kit looks for them. */
const DRIVERS: readonly Driver[] = [
  {
    name: '@libsql/client',
    drizzle: 'drizzle-orm/libsql',
    opensServers: true,
    open: ({ createClient }, { url, authToken }) =>
      createClient({ url, ...(authToken !== undefined && { authToken }) }),
  },
  {
    name: '@tursodatabase/database',
    drizzle: 'drizzle-orm/tursodatabase/database',
    open: ({ connect }, { file }) => connect(file),
  },
  {
    name: 'better-sqlite3',
    drizzle: 'drizzle-orm/better-sqlite3',
    open: ({ default: Database }, { file }) => new Database(file),
  },
  {
    name: 'bun:sqlite',
    drizzle: 'drizzle-orm/bun-sqlite',
    open: ({ Database }, { file }) => new Database(file),
  },
  {
    name: 'node:sqlite',
    drizzle: 'drizzle-orm/node-sqlite',
    open: ({ DatabaseSync }, { file }) => new DatabaseSync(file),
  },
];

/**
 * Opens a database with the first driver that the project has, as drizzle-kit does.
 *
 * @throws {CrrMigrateError} if it has none, or the driver cannot be loaded. Other errors are the
 * driver's; see driver-errors.ts.
 */
export async function openDatabase(
  { cwd, casing }: Project,
  address: DatabaseAddress,
): Promise<OpenedDatabase> {
  const driver = driverFor(cwd, address);
  const exports = await importFromProject<DriverExports>(cwd, driver.name);
  const { drizzle } = await importFromProject<DriverExports>(cwd, driver.drizzle);
  const client = await driver.open(exports, address as DatabaseAddress & { readonly file: string });
  return {
    // The one form of the call that Drizzle 0.45 and 1.0 share.
    db: drizzle({ client, ...(casing && { casing }) }),
    close: () => void (client as { close(): unknown }).close(),
  };
}

function driverFor(cwd: string, { file, shown }: DatabaseAddress): Driver {
  const able = DRIVERS.filter(({ opensServers }) => file !== undefined || opensServers);
  // Drizzle 0.45 has no module for some.
  const found = able.find((one) => isInProject(cwd, one.name) && isInProject(cwd, one.drizzle));
  if (found !== undefined) return found;
  const [first] = able as [Driver];
  const others = able.slice(1).map(({ name }) => name);
  const alternatives = others.length > 0 ? ` (or use ${others.join(', ')})` : '';
  throw new CrrMigrateError(
    'CRR_MIGRATE_DATABASE',
    `there is no driver in ${cwd} that can open ${shown}: npm install ${first.name}${alternatives}`,
  );
}
