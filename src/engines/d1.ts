import type { DriverRow, DriverValue } from '../sql/driver-value.js';
import { CLOUDFLARE_LIMITS, withoutBigints } from './cloudflare.js';
import type { AsyncEngine, EngineAdapter } from './engine.js';
import { hasMethods } from './has-methods.js';

/** What is used of a D1Database. */
interface D1Database {
  prepare(sql: string): D1Statement;
  batch(statements: D1Statement[]): Promise<{ readonly results?: Record<string, unknown>[] }[]>;
}
interface D1Statement {
  bind(...args: unknown[]): D1Statement;
}

const NAME = 'Cloudflare D1';

/** D1 runs a batch as one transaction, and has no other transactions. */
export const d1: EngineAdapter<AsyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/d1',
  databaseClasses: ['D1Database'],
  connect: (client) =>
    hasMethods<D1Database>(client, 'prepare', 'batch')
      ? {
          name: NAME,
          kind: 'async',
          transactions: 'batch',
          client,
          ...CLOUDFLARE_LIMITS,
          async batch(statements) {
            if (statements.length === 0) return [];
            const results = await client.batch(
              statements.map(({ sql, args }) => {
                const prepared = client.prepare(sql);
                return args.length > 0 ? prepared.bind(...withoutBigints(args)) : prepared;
              }),
            );
            return results.map(({ results: rows = [] }) => rows.map(rowOf));
          },
        }
      : undefined,
};

/** D1 gives objects, in which columns of one name would be one, and blobs as lists of numbers. */
function rowOf(row: Record<string, unknown>): DriverRow {
  return Object.values(row).map((value) =>
    Array.isArray(value) ? Uint8Array.from(value as number[]) : (value as DriverValue),
  );
}
