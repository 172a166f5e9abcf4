import { CrrDatabaseError } from '../errors.js';
import { browser } from './platform.js';
import type { OpenConnection } from './serve.js';

/** What is used of `@sqlite.org/sqlite-wasm`. */
interface Sqlite {
  installOpfsSAHPoolVfs(
    options: object,
  ): Promise<{ readonly OpfsSAHPoolDb: new (file: string) => Db }>;
  readonly oo1: { readonly DB: new (file: string) => Db };
  readonly capi: { sqlite3_get_autocommit(db: never): number };
}

interface Db {
  exec(options: object): unknown;
}

export interface OpfsPoolOptions {
  /**
   * What to do where the browser keeps no files, as some do in private windows: fail, or keep the database in memory for
   * as long as the leading tab is open. Default: `'fail'`.
   */
  readonly fallback?: 'fail' | 'memory';
  /** Called if the database is in memory only. */
  readonly onFallback?: (reason: CrrDatabaseError) => void;
}

/**
 * Opens databases with SQLite's own WebAssembly build, `@sqlite.org/sqlite-wasm`, in the origin private file system.
 * Needs no isolated page (its VFS is `opfs-sahpool`).
 *
 * @param initSqlite the default export of `@sqlite.org/sqlite-wasm`.
 */
export function opfsPool(
  initSqlite: () => Promise<unknown>,
  { fallback = 'fail', onFallback }: OpfsPoolOptions = {},
): OpenConnection {
  let loaded: Promise<Sqlite> | undefined;
  return async (database) => {
    loaded ??= initSqlite() as Promise<Sqlite>;
    const sqlite = await loaded;
    const open = await openerOf(sqlite, database).catch((error: unknown) => {
      if (fallback !== 'memory' || !(error instanceof CrrDatabaseError)) throw error;
      onFallback?.(error);
      return () => new sqlite.oo1.DB(':memory:');
    });
    const db = open();
    return {
      execute(sql, bind) {
        try {
          return db.exec({
            sql,
            // It refuses parameters that the statement has not, even none.
            ...(bind.length > 0 && { bind }),
            rowMode: 'array',
            returnValue: 'resultRows',
          }) as unknown[][];
        } catch (error) {
          throw isOutOfSpace(error) ? fullError(error) : error;
        }
      },
      isInTransaction: () => sqlite.capi.sqlite3_get_autocommit(db as never) === 0,
    };
  };
}

async function openerOf(sqlite: Sqlite, database: string): Promise<() => Db> {
  const { storage } = browser.navigator;
  if (storage?.getDirectory === undefined) {
    throw storageError('this browser has no origin private file system');
  }
  try {
    await storage.getDirectory();
  } catch (error) {
    throw storageError(
      'the browser keeps no files for this page, perhaps in a private window',
      error,
    );
  }
  const { OpfsSAHPoolDb } = await sqlite.installOpfsSAHPoolVfs({
    name: `drizzle-crr-${database}`,
    directory: `.drizzle-crr/${database}`,
    // The database and its journal; others for temporary files.
    initialCapacity: 6,
    forceReinitIfPreviouslyFailed: true,
  });
  return () => new OpfsSAHPoolDb(`/${database}`);
}

/** OPFS says that a write failed, and not why. */
const isOutOfSpace = (error: unknown) => /SQLITE_(?:FULL|IOERR)/.test(String(error));

const fullError = (cause: unknown) =>
  new CrrDatabaseError(
    'CRR_DATABASE_STORAGE',
    `the browser could not write the file (${(cause as Error).message}): the space that it gives this site may be used up, see navigator.storage.estimate()`,
    { cause },
  );

const storageError = (reason: string, cause?: unknown) =>
  new CrrDatabaseError(
    'CRR_DATABASE_STORAGE',
    `${reason}: set fallback to 'memory' to go on without, or ask for another browser`,
    { cause },
  );
