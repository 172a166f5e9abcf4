/**
 * Databases of React Native, which run only in an app: the methods that Drizzle and the adapters call, on a
 * database of this process. They bind and read values as badly as the worst of the platforms: whole numbers
 * become INTEGER, text ends at NUL, an empty blob is NULL, and a bigint is refused.
 */
import type Libsql from 'libsql';

type Database = Libsql.Database;

function bound(value: unknown): unknown {
  if (typeof value === 'bigint') throw new TypeError('cannot bind a bigint');
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'string') return value.split('\0')[0];
  return value instanceof Uint8Array && value.length === 0 ? null : value;
}

const read = (value: unknown) => (typeof value === 'string' ? value.split('\0')[0] : value);

function rowsOf(client: Database, sql: string, args: readonly unknown[]): unknown[][] {
  const prepared = client.prepare(sql);
  const values = args.map(bound);
  if (prepared.reader)
    return prepared
      .raw()
      .all(values)
      .map((row) => (row as unknown[]).map(read));
  prepared.run(values);
  return [];
}

function objectsOf(client: Database, sql: string, args: readonly unknown[]): object[] {
  const prepared = client.prepare(sql);
  if (!prepared.reader) return rowsOf(client, sql, args) as object[];
  const names = prepared.columns().map(({ name }) => name);
  return rowsOf(client, sql, args).map((row) =>
    Object.fromEntries(row.map((value, i) => [names[i], value])),
  );
}

/** What openDatabaseSync() of expo-sqlite gives. */
export function standInForExpo(client: Database) {
  const results = <T>(rows: () => T[]) => ({
    getAllSync: rows,
    getFirstSync: () => rows()[0] ?? null,
  });
  return {
    execSync: (sql: string) => void client.exec(sql),
    prepareSync: (sql: string) => ({
      executeSync(args: unknown[]) {
        const rows = objectsOf(client, sql, args);
        return { changes: 0, lastInsertRowId: 0, ...results(() => rows) };
      },
      executeForRawResultSync(args: unknown[]) {
        const rows = rowsOf(client, sql, args);
        return results(() => rows);
      },
      finalizeSync() {},
    }),
  };
}

/** What open() of op-sqlite gives. */
export function standInForOp(client: Database) {
  return {
    execute: async (sql: string, args: unknown[] = []) => ({ rows: objectsOf(client, sql, args) }),
    executeRaw: async (sql: string, args: unknown[] = []) => ({
      rawRows: rowsOf(client, sql, args),
    }),
  };
}
