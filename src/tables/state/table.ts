import { list, statementText } from '../../sql/layout.js';
import { STATE_TABLE } from '../../sql/names.js';

/**
 * Version of everything that is generated here. It is in `crr_state` and in each trigger's text; raise it
 * if old and new text cannot work side by side.
 */
export const SQL_FORMAT = 2;

/**
 * crr_state has one row. Every write reads and writes it as a whole, so it holds only what writes need; the rest is in
 * crr_apply and crr_history.
 *
 *     format            SQL_FORMAT of the version that made the bookkeeping
 *     site              ordinal of this database
 *     db_version        the logical clock
 *     seq               the last one that was given out in this db_version; -1 = none yet
 *     in_transaction    1 while a transaction is pinned to one db_version
 *     applying          1 while changes are merged and write triggers do nothing
 *     keeps_cells       1 once this site's cells were kept of a row that was evicted
 *     birth             the causal length of a new row: greater than that of every tombstone that was forgotten, here or
 *                       at a server, so that a row that is created again wins over tombstones that others still have
 */
export function stateStatements(): string[] {
  return [
    // No constraints: triggers write here, and SQLite would keep a journal of each statement.
    statementText`
      CREATE TABLE IF NOT EXISTS ${STATE_TABLE} (
        id INTEGER PRIMARY KEY,
        format INTEGER,
        site INTEGER,
        db_version INTEGER,
        seq INTEGER,
        in_transaction INTEGER,
        applying INTEGER,
        keeps_cells INTEGER,
        birth INTEGER
      )`,
    statementText`
      INSERT INTO ${STATE_TABLE} (
        ${list([
          ...['id', 'format', 'site', 'db_version', 'seq', 'in_transaction', 'applying'],
          ...['keeps_cells', 'birth'],
        ])}
      )
      SELECT 1, ${SQL_FORMAT}, 1, 0, -1, 0, 0, 0, 1
      WHERE NOT EXISTS (SELECT 1 FROM ${STATE_TABLE})`,
  ];
}

/** SQL of the db_version of now. */
export const DB_VERSION = `(SELECT db_version FROM ${STATE_TABLE})`;

/** SQL of this database's ordinal. */
export const LOCAL_SITE = `(SELECT site FROM ${STATE_TABLE})`;

/** SQL condition: changes are not being merged, so a write is a local one. */
export const NOT_APPLYING = `(SELECT applying FROM ${STATE_TABLE}) = 0`;

/** SQL condition: a write is a local one, and may concern a row of which cells were kept. */
export const KEEPS_CELLS = `(SELECT keeps_cells > applying FROM ${STATE_TABLE})`;

/** To be run when cells are kept of a row that is evicted. */
export const KEEP_CELLS_SQL = `UPDATE ${STATE_TABLE} SET keeps_cells = 1`;

/** Begins a transaction whose changes share one db_version. */
export const PIN_SQL = `UPDATE ${STATE_TABLE} SET db_version = db_version + 1, seq = -1, in_transaction = 1`;

/** Ends it; a transaction that wrote nothing gives its db_version back. */
export const UNPIN_SQL = `UPDATE ${STATE_TABLE} SET db_version = db_version - (seq = -1), in_transaction = 0`;

/** Takes a db_version for a step of a migration, if `condition` holds. */
export function takeDbVersionStatement(condition: string): string {
  return statementText`
    UPDATE ${STATE_TABLE}
    SET db_version = db_version + 1
    WHERE ${condition}`;
}

/** Makes the write triggers do nothing, or lets them work again. */
export const silenceStatement = (silent: boolean) =>
  `UPDATE ${STATE_TABLE} SET applying = ${silent ? 1 : 0}`;

/** The same statements, during which the write triggers do nothing. */
export const silenced = (statements: readonly string[]): string[] => [
  silenceStatement(true),
  ...statements,
  silenceStatement(false),
];
