import type { Statement } from '../sql/statement.js';
import type { SyncEngine } from './engine.js';
import { SQLITE_LIMITS } from './one-connection.js';

/** What a file of this folder knows of a driver that answers at once. */
export type SyncDriver = Pick<SyncEngine, 'name' | 'client' | 'batchNow'> &
  Partial<Pick<SyncEngine, 'maxParameters' | 'maxStatementBytes' | 'maxColumns'>>;

export function syncEngine(driver: SyncDriver): SyncEngine {
  return {
    kind: 'sync',
    transactions: 'interactive',
    ...SQLITE_LIMITS,
    ...driver,
    batch: async (statements: readonly Statement[], mode) => driver.batchNow(statements, mode),
  };
}
