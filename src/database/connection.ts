import type { DriverRow } from '../sql/driver-value.js';
import type { StatementLimits } from '../sql/multi-row.js';
import type { Statement } from '../sql/statement.js';
import type { MergingStyle } from '../tables/merging.js';

/** How large statements and tables may be on an engine. */
export interface Limits extends StatementLimits {
  /** Columns of a table, and of a result. */
  readonly maxColumns: number;
}

/**
 * The one seam to a database: a batch of statements in one transaction and, if the database is
 * remote, in one round trip. Implemented by the files of src/engines, which test/engines/acceptance.ts
 * checks.
 */
export interface Connection extends Limits {
  /** Undefined: an UPDATE in a trigger costs no more than an upsert. */
  readonly mergingStyle?: MergingStyle;
  /**
   * Whether a batch may succeed although a deferred reference lacks its row: transactions of Durable Objects are inner ones, and
   * the database looks when the outer one ends.
   */
  readonly checksReferencesLate?: boolean;
  /**
   * Runs all statements or none, in order. Returns the rows of each, by position: `[]` for a
   * statement without rows. Errors of the driver pass unchanged. The columns of a result have
   * different names, since D1 gives rows as objects.
   *
   * @param mode `'read'` if no statement writes: the batch still sees one state of the database.
   */
  batch(statements: readonly Statement[], mode: 'read' | 'write'): Promise<DriverRow[][]>;
  /**
   * Runs all statements in one transaction that writes, gives their rows as {@link batch} does, and takes all of it
   * back. Undefined if the engine can take a transaction back only by an error, and then gives no rows.
   */
  rehearse?(statements: readonly Statement[]): Promise<DriverRow[][]>;
}

/** A connection whose driver answers at once. */
export interface SyncConnection extends Connection {
  /** {@link Connection.batch} without the promise. */
  batchNow(statements: readonly Statement[], mode: 'read' | 'write'): DriverRow[][];
}
