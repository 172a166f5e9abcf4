import type { DriverRow } from '../sql/driver-value.js';
import { CLOUDFLARE_LIMITS, withoutBigints } from './cloudflare.js';
import type { EngineAdapter, SyncEngine } from './engine.js';
import { syncEngine } from './sync-engine.js';

/** What is used of the storage of a Durable Object with SQLite. */
interface DurableObjectStorage {
  readonly sql: {
    exec(sql: string, ...args: unknown[]): { raw(): { toArray(): DriverRow[] } };
  };
  transactionSync<T>(run: () => T): T;
}

const NAME = 'SQLite in Durable Objects';

export const durableObject: EngineAdapter<SyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/durable-sqlite',
  databaseClasses: ['DrizzleSqliteDODatabase'],
  connect: (client) =>
    isClient(client)
      ? syncEngine({
          name: NAME,
          client,
          ...CLOUDFLARE_LIMITS,
          batchNow: (statements) =>
            // Every cursor has to be drained, or the transaction cannot commit.
            client.transactionSync(() =>
              statements.map(({ sql, args }) =>
                client.sql
                  .exec(sql, ...withoutBigints(args))
                  .raw()
                  .toArray(),
              ),
            ),
        })
      : undefined,
};

function isClient(client: unknown): client is DurableObjectStorage {
  const { sql, transactionSync } = (client ?? {}) as Partial<DurableObjectStorage>;
  return typeof sql?.exec === 'function' && typeof transactionSync === 'function';
}
