import type { DriverRow } from '../sql/driver-value.js';
import type { Statement } from '../sql/statement.js';
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
  connect(client) {
    if (!isClient(client)) return undefined;
    const one = ({ sql, args }: Statement) =>
      // Every cursor has to be drained, or the transaction cannot commit.
      client.sql
        .exec(sql, ...withoutBigints(args))
        .raw()
        .toArray();
    return syncEngine({
      name: NAME,
      client,
      ...CLOUDFLARE_LIMITS,
      checksReferencesLate: true,
      batchNow: (statements) => client.transactionSync(() => statements.map(one)),
      rehearse: async (statements) => rehearsed(client, () => statements.map(one)),
    });
  },
};

/** Durable Objects refuse the statement SAVEPOINT; an error takes a transaction back. */
function rehearsed<T>(storage: DurableObjectStorage, run: () => T): T {
  let result: { readonly value: T } | undefined;
  try {
    storage.transactionSync(() => {
      result = { value: run() };
      throw TAKEN_BACK;
    });
  } catch (error) {
    if (error !== TAKEN_BACK) throw error;
  }
  return result!.value;
}
const TAKEN_BACK = new Error('taken back');

function isClient(client: unknown): client is DurableObjectStorage {
  const { sql, transactionSync } = (client ?? {}) as Partial<DurableObjectStorage>;
  return typeof sql?.exec === 'function' && typeof transactionSync === 'function';
}
