import { packKey } from '../../model/packed-key.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, list, statementText } from '../../sql/layout.js';
import { type Query, type Statement, statement } from '../../sql/statement.js';
import { cells } from '../cells/table.js';
import { LOCAL_SITE } from '../state/table.js';
import { keyValues, keyWidth, readKey } from './read-key.js';
import { clock, clockRowid, sameKeys } from './table.js';
import { isUnsentLife } from './unsent-life.js';

/** What a peer has of this database: everything up to a db_version, and some db_versions above it. */
export interface SharedVersions {
  readonly sent: number;
  readonly skip: readonly number[];
}

/**
 * Lists the rows that are alive here and that a peer has had: those that came from it, and those that were sent to it.
 *
 * @param after the rowid of the last clock row that was listed; undefined to begin.
 */
export function listSharedRows(
  spec: TableSpec,
  { sent, skip }: SharedVersions,
  after: string | undefined,
  limit: number,
  found: (row: { readonly pk: Uint8Array; readonly rowid: string }) => void,
): Query {
  const rowid = `clock.${clockRowid(spec)}`;
  const isUnsent = (version: string) =>
    `(${version} > ${sent}${skip.length === 0 ? '' : ` AND ${version} NOT IN (${skip.join(', ')})`})`;
  // A row that came from somebody else, and was not passed on to the peer yet.
  const isOfOthers = [
    `ifnull(clock.row_site, -1) <> ${LOCAL_SITE}`,
    isUnsent('ifnull(clock.row_db_version, clock.db_version)'),
  ];
  const sql = statementText`
    SELECT
      ${list([...keyValues(spec, 'clock'), `CAST(${rowid} AS TEXT) AS row_text`])}
    FROM ${clock(spec)} AS clock
    WHERE
      clock.causal_length % 2 = 1
      ${after === undefined ? '' : `AND ${rowid} > ${after}`}
      AND NOT (
        ${any([
          block`(
            ${all(isUnsentLife(spec, 'clock', isUnsent))}
          )`,
          block`(
            ${all(isOfOthers)}
          )`,
        ])}
      )
    ORDER BY ${rowid}
    LIMIT ${limit}`;
  return {
    ...statement(sql),
    read(rows) {
      for (const row of rows) {
        found({ pk: packKey(readKey(spec, row, 0)), rowid: String(row[keyWidth(spec)]) });
      }
    },
  };
}

/** Forgets in which lives rows were when they were evicted: the peer may have forgotten these lives, too. */
export function forgetEvicted(spec: TableSpec): Statement[] {
  const deleteCells = statementText`
    DELETE FROM ${cells(spec)}
    WHERE rowid IN (
      SELECT kept.rowid
      FROM ${clock(spec)} AS clock
      JOIN ${cells(spec)} AS kept ON ${sameKeys(spec, 'kept', 'clock')}
      WHERE clock.db_version = 0
    )`;
  const deleteClocks = `DELETE FROM ${clock(spec)} WHERE db_version = 0`;
  return [...(spec.cellColumns.length > 0 ? [deleteCells] : []), deleteClocks].map((sql) =>
    statement(sql),
  );
}
