/** One site of a history, whichever engine stands behind it. */
import type { Change } from '../../src/model/change.js';
import type { SqlValue } from '../../src/model/value.js';
import { openOracle } from '../support/oracle.js';
import { createTable, name, type Shape } from './shape.js';

export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

export interface Site {
  /** Runs one statement in a transaction of its own. */
  exec(sql: string, params?: readonly SqlValue[]): Promise<void>;
  /** Runs the statements in one transaction; an error rolls all of them back and is thrown. */
  transaction(statements: readonly Statement[]): Promise<void>;
  /** All rows: key columns, then the others, in the shape's order; sorted by key. */
  rows(): Promise<SqlValue[][]>;
  /** The changes with a db_version above `since`. */
  changes(since?: number): Promise<Change[]>;
  /** Merges changes in one transaction. */
  apply(changes: readonly Change[]): Promise<void>;
  /** The current db_version: the cursor with which a peer asks for what comes later. */
  version(): Promise<number>;
  close(): Promise<void>;
}

/** Opens a new, empty site whose one table is made from `shape` and replicated. */
export type OpenSite = (shape: Shape) => Promise<Site>;

/** The query behind `Site.rows`. */
export function selectRows(shape: Shape): string {
  const keys = shape.keyColumns.map((c) => name(c.name));
  const columns = [...keys, ...shape.columns.map((c) => name(c.name))];
  return `SELECT ${columns.join(', ')} FROM ${name(shape.table)} ORDER BY ${keys.join(', ')}`;
}

const MAX_VERSION = 'SELECT coalesce(max(db_version), 0) FROM crsql_changes';

/** A site of real cr-sqlite. */
export const oracleSite: OpenSite = async (shape) => {
  const db = await openOracle();
  for (const statement of createTable(shape)) await db.exec(statement);
  await db.run('SELECT crsql_as_crr(?)', [shape.table]);
  return {
    exec: (sql, params) => db.run(sql, params),
    async transaction(statements) {
      await db.run('BEGIN');
      try {
        for (const { sql, params } of statements) await db.run(sql, params);
        await db.run('COMMIT');
      } catch (error) {
        await db.run('ROLLBACK');
        throw error;
      }
    },
    rows: () => db.all(selectRows(shape)),
    changes: (since) => db.changes(since),
    apply: (changes) => db.apply(changes),
    // Not crsql_db_version(): it counts an update that changes nothing, and forgets it at the next
    // merge, so that a later write can have a version which a peer's cursor has already passed.
    version: async () => Number((await db.all(MAX_VERSION))[0]?.[0]),
    close: () => db.close(),
  };
};
