import type { ClockColumnType } from '../../columns/column-type.js';
import { COLUMN_TYPES } from '../../columns/registry.js';
import { MAX_KEY_COLUMNS } from '../../model/limits.js';
import type { TableSpec } from '../../model/table-spec.js';
import { type Fragment, list, statementText } from '../../sql/layout.js';
import { PENDING_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { isNewerSql } from './newer.js';

/**
 * crr_pending: changes that are valid but early, one for each source, cell and site (whether the column will turn out to
 * have a cell for each site is not known yet), the newest seen of each; of columns whose cells are a log every one.
 *
 *     source        who brought the change; see {@link TRUSTED}
 *     table_name, pk, cid, val, col_version, causal_length, seq
 *                   as in the change
 *     site          ordinal of the writer
 *     db_version    this database's db_version when it came, or was rejected
 *     reason        NULL: it waits. {@link TRY}: the next apply tries it. Another text: the database rejected it, and
 *                   this is its reason
 *     size          about how many bytes it takes; see {@link sizeSql}
 *     number        col_version, if a site has many cells in columns of this type; else 0
 *     key_1, ...    the values of the key, so that plain SQL can apply the row
 *
 * A drain usually tries few of the changes that wait, and counts them all. So it finds those to be tried, and those of
 * the running apply, by an index.
 */
export function pendingStatements(): string[] {
  const columns = [
    'source TEXT NOT NULL',
    'table_name TEXT NOT NULL',
    'pk BLOB NOT NULL',
    'cid TEXT NOT NULL',
    'val ANY',
    'col_version INTEGER NOT NULL',
    'causal_length INTEGER NOT NULL',
    'site INTEGER NOT NULL',
    'seq INTEGER NOT NULL',
    'db_version INTEGER NOT NULL',
    'reason TEXT',
    'size INTEGER NOT NULL',
    'number INTEGER NOT NULL',
    ...pendingKeys(MAX_KEY_COLUMNS).map((name) => `${name} ANY`),
    // The source comes first: an apply reads what waits from one source alone.
    'UNIQUE (source, table_name, pk, cid, site, number)',
  ];
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${PENDING_TABLE} (
        ${list(columns)}
      ) STRICT`,
    indexStatement('tried', ['source', 'reason']),
    indexStatement('news', ['source', 'db_version', 'size']),
  ];
}

const indexStatement = (name: string, columns: readonly string[]) =>
  `CREATE INDEX IF NOT EXISTS ${PENDING_TABLE}_${name} ON ${PENDING_TABLE} (${columns.join(', ')})`;

/** SQL of the bytes of a pending change: its names, key and value. */
export const sizeSql = (pk: string, value: string, namesBytes: number): string =>
  `${namesBytes} + length(${pk}) + ifnull(length(CAST(${value} AS BLOB)), 0)`;

/**
 * The source of what was brought by somebody who may write everything: a caller of apply(), or a server.
 * Another source is a client with limited rights. What it brought is applied under its own rights alone,
 * and never stands in the way of what others brought.
 */
export const TRUSTED = '';

/** The reason of what the next apply tries, whether it waited or was rejected. */
export const TRY = '';

/** SQL condition: the pending change was not rejected. */
export const isNotRejectedSql = (row: string): string => `ifnull(${row}.reason, '') = ''`;

/** SQL condition: the running apply tries the pending change. */
export const isTriedSql = (row: string): string => `${row}.reason = ${quoteText(TRY)}`;

/** SQL condition: the pending change does not just wait: it is to be tried, or was rejected and may be tried. */
export const isMarkedSql = (row: string): string => `${row}.reason IS NOT NULL`;

/** SQL condition: the pending change was rejected. */
export const isRejectedSql = (row: string): string => `${row}.reason > ''`;

/**
 * SQL conditions: the pending change is from a source, and of a table.
 *
 * @param options `onlyTried`: it is found by its mark, for which `+` hides the index of the tables.
 */
export function fromSource(
  row: string,
  source: string,
  { name }: Pick<TableSpec, 'name'>,
  { onlyTried = false }: { readonly onlyTried?: boolean | undefined } = {},
): string[] {
  return [
    `${row}.source = ${quoteText(source)}`,
    `${onlyTried ? '+' : ''}${row}.table_name = ${quoteText(name)}`,
  ];
}

/** The columns that hold the values of a key. */
export function pendingKeys(keyColumns: number): string[] {
  return Array.from({ length: keyColumns }, (_, i) => `key_${i + 1}`);
}

/** Without `reason`: what comes waits. */
export function pendingColumns(keyColumns: number): string[] {
  return [
    ...['source', 'table_name', 'pk', 'cid', 'val', 'col_version', 'causal_length'],
    ...['site', 'seq', 'db_version', 'size', 'number'],
    ...pendingKeys(keyColumns),
  ];
}

const DECIDED_BY_VALUE = COLUMN_TYPES.filter(
  (type): type is ClockColumnType => type.storage === 'clock' && type.decidedBy === 'value',
);

/**
 * Keeps changes, a SELECT or VALUES of {@link pendingColumns}, if they are newer than those that wait
 * from the same source.
 *
 * @param types those of the cells, as far as the value decides; default: the columns may have any type.
 */
export function pendingUpsert(
  keyColumns: number,
  source: Fragment,
  types: readonly ClockColumnType[] = DECIDED_BY_VALUE,
): string {
  return statementText`
    INSERT INTO ${PENDING_TABLE} (${pendingColumns(keyColumns).join(', ')})
    ${source}
    ON CONFLICT (source, table_name, pk, cid, site, number) DO UPDATE SET
      val = excluded.val,
      col_version = excluded.col_version,
      causal_length = excluded.causal_length,
      seq = excluded.seq,
      db_version = excluded.db_version,
      size = excluded.size,
      reason = NULL
    WHERE
      excluded.causal_length > causal_length
      OR excluded.causal_length = causal_length
        AND (
          ${isNewerSql(types)}
        )`;
}
