import type { TableSpec } from './table-spec.js';

/** The CRRs that a database is to have, as plain data. */
export interface CrrSchema {
  /** By the table's name in the database. */
  readonly tables: ReadonlyMap<string, TableSpec>;
  /** Names of the tables that are declared without being CRRs. */
  readonly plainTables: ReadonlySet<string>;
}
