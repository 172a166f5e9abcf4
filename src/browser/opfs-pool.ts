import { CrrDatabaseError, CrrUsageError } from '../errors.js';
import { browser } from './platform.js';
import type { OpenConnection } from './serve.js';

/** In the origin private file system. */
const FOLDER = '.drizzle-crr';

/** What is used of `@sqlite.org/sqlite-wasm`. */
interface Sqlite {
  installOpfsSAHPoolVfs(
    options: object,
  ): Promise<{ readonly OpfsSAHPoolDb: new (file: string) => Db }>;
  readonly oo1: { readonly DB: new (file: string) => Db };
  readonly capi: {
    readonly SQLITE_FCNTL_FILE_POINTER: number;
    sqlite3_get_autocommit(db: never): number;
    sqlite3_file_control(db: never, schema: string, op: number, at: number): number;
    readonly sqlite3_file: new (at: number) => { readonly $pMethods: number };
    readonly sqlite3_io_methods: new (
      at: number,
    ) => { installMethod(name: string, run: (file: number, out: number) => number): void };
  };
  readonly wasm: {
    readonly pstack: {
      readonly pointer: number;
      alloc(bytes: number): number;
      restore(pointer: number): void;
    };
    poke(at: number, value: number, type: string): void;
    poke32(at: number, value: number): void;
    peekPtr(at: number): number;
  };
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
  let root: Directory;
  try {
    root = (await storage.getDirectory()) as Directory;
  } catch (error) {
    throw storageError(
      'the browser keeps no files for this page, perhaps in a private window',
      error,
    );
  }
  if (sqlite.installOpfsSAHPoolVfs === undefined) {
    throw new CrrUsageError(
      'CRR_USAGE_DRIVER',
      'opfsPool() needs @sqlite.org/sqlite-wasm 3.51 or newer: npm install @sqlite.org/sqlite-wasm@3.51.2-build9',
    );
  }
  await requireFree(root, [FOLDER, database, '.opaque']);
  const { OpfsSAHPoolDb } = await keepingFiles(() =>
    sqlite.installOpfsSAHPoolVfs({
      name: `drizzle-crr-${database}`,
      directory: `${FOLDER}/${database}`,
      // The database and its journal; others for temporary files.
      initialCapacity: 6,
      forceReinitIfPreviouslyFailed: true,
    }),
  );
  return () => {
    const db = new OpfsSAHPoolDb(`/${database}`);
    admitJournals(sqlite, db);
    return db;
  };
}

/**
 * Lets SQLite play back the journal of a worker that ended in the middle of a commit. The VFS says that somebody else has
 * the file reserved, as of 3.51; SQLite then takes the journal for that one's, and reads a half-written file.
 * Nobody else can have it: the worker has its only handles.
 */
function admitJournals({ capi, wasm }: Sqlite, db: Db): void {
  const { pstack } = wasm;
  const { pointer } = pstack;
  try {
    const at = pstack.alloc(8);
    wasm.poke(at, 0, '*');
    capi.sqlite3_file_control(db as never, 'main', capi.SQLITE_FCNTL_FILE_POINTER, at);
    const file = new capi.sqlite3_file(wasm.peekPtr(at));
    new capi.sqlite3_io_methods(file.$pMethods).installMethod('xCheckReservedLock', (_, out) => {
      wasm.poke32(out, 0);
      return 0;
    });
  } finally {
    pstack.restore(pointer);
  }
}

interface Directory {
  values(): AsyncIterable<{
    readonly kind: string;
    createSyncAccessHandle(): Promise<{ close(): void }>;
  }>;
  getDirectoryHandle(name: string): Promise<Directory>;
}

/**
 * Fails if another worker still has files of a pool. If sqlite-wasm found that out, it would delete the pool, and leave handles
 * open that it had got.
 */
async function requireFree(root: Directory, path: readonly string[]): Promise<void> {
  let directory = root;
  for (const name of path) {
    try {
      directory = await directory.getDirectoryHandle(name);
    } catch (error) {
      if ((error as Error).name === 'NotFoundError') return; // There is no pool yet.
      throw error;
    }
  }
  for await (const file of directory.values()) {
    if (file.kind === 'file') (await file.createSyncAccessHandle()).close();
  }
}

/** While it runs, nothing deletes a directory with what is in it: sqlite-wasm does, if it cannot open a pool. */
async function keepingFiles<T>(run: () => Promise<T>): Promise<T> {
  const { prototype } = (globalThis as unknown as DirectoryGlobals).FileSystemDirectoryHandle;
  const { removeEntry } = prototype;
  prototype.removeEntry = function (name, options) {
    if (options?.recursive) throw new Error('the files of the database are kept');
    return removeEntry.call(this, name, options);
  };
  try {
    return await run();
  } finally {
    prototype.removeEntry = removeEntry;
  }
}

interface DirectoryGlobals {
  readonly FileSystemDirectoryHandle: {
    readonly prototype: {
      removeEntry(name: string, options?: { readonly recursive?: boolean }): Promise<void>;
    };
  };
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
