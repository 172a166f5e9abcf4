import type { DriverRow } from '../feed/read.js';
import type { Statement } from '../sql/statement.js';

/**
 * The one seam to a database: a batch of statements in one transaction and, if the database is
 * remote, in one round trip. An engine is supported by implementing this; see src/engines.
 */
export interface Connection {
  /** Runs all statements or none, in order. Returns the rows of each. */
  batch(statements: readonly Statement[], mode: 'read' | 'write'): Promise<DriverRow[][]>;
  /** How many `?` a statement may have. */
  readonly maxParameters: number;
}
