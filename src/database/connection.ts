import type { DriverRow } from '../sql/driver-value.js';
import type { Statement } from '../sql/statement.js';

/**
 * The one seam to a database: a batch of statements in one transaction and, where the database is
 * remote, one round trip. A driver is supported by implementing this.
 */
export interface Connection {
  /** Runs all statements or none; the rows of each, in order. */
  batch(statements: readonly Statement[], mode: 'read' | 'write'): Promise<DriverRow[][]>;
  /** How many `?` a statement may have. */
  readonly maxParameters: number;
}
