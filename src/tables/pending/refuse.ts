import { isMarkOnWireSql } from '../../columns/versions.js';
import type { TableSpec } from '../../model/table-spec.js';
import { bytesOf } from '../../sql/driver-value.js';
import { all, any, block, type Fragment, type Layout, statementText } from '../../sql/layout.js';
import { PEER_TABLE, PENDING_TABLE, SITE_TABLE } from '../../sql/names.js';
import { quoteBlob, quoteText } from '../../sql/quote.js';
import { type Query, type Statement, statement } from '../../sql/statement.js';
import { LOCAL_SITE } from '../state/table.js';
import { fromSource, isMarkedSql } from './table.js';

/*
 * What waits from a source with limited rights, and what of it may not be applied. The names of tables
 * and columns must be the present ones; see followFormerNames().
 */

/** What a source may write in one table. */
export interface WaitingRights {
  readonly source: string;
  /** Only what is to be tried, or was rejected, is looked at. */
  readonly onlyTried?: boolean | undefined;
  readonly mayWrite: boolean;
  /** Columns whose cells are removed without being reported. */
  readonly ignored: readonly string[];
  /** Columns whose cells are removed and reported. */
  readonly refused: readonly string[];
  /** The owner of its sites; undefined = the site that made a change does not matter. */
  readonly owner: string | null | undefined;
}

export type ForbiddenPart = 'table' | 'column' | 'site';

const PARTS: readonly ForbiddenPart[] = ['table', 'column', 'site'];

/**
 * Removes what waits for a table and may not be applied under the rights of its source.
 *
 * @param read called with each such row and what was not allowed.
 */
export function removeForbidden(
  spec: TableSpec,
  rights: WaitingRights,
  read: (pk: Uint8Array, part: ForbiddenPart) => void,
): Query[] {
  const tests: Record<ForbiddenPart, Fragment> = {
    table: rights.mayWrite ? 'false' : 'true',
    column: isOneOf(rights.refused),
    site: isOfForeignSite(rights.owner),
  };
  const isOurs = [
    ...fromSource(PENDING_TABLE, rights.source, spec, rights),
    ...(rights.onlyTried ? [isMarkedSql(PENDING_TABLE)] : []),
  ];
  const found = statementText`
    SELECT DISTINCT
      pk,
      CASE
        WHEN ${tests.table} THEN 0
        WHEN ${tests.column} THEN 1
        ELSE 2
      END
    FROM ${PENDING_TABLE}
    WHERE
      ${all([...isOurs, block`(${any(Object.values(tests))})`])}`;
  const remove = statementText`
    DELETE FROM ${PENDING_TABLE}
    WHERE
      ${all([...isOurs, block`(${any([...Object.values(tests), isOneOf(rights.ignored)])})`])}`;
  return [
    {
      ...statement(found),
      read(rows) {
        for (const { 0: pk, 1: part } of rows) read(bytesOf(pk!), PARTS[Number(part)]!);
      },
    },
    statement(remove),
  ];
}

const isOneOf = (columns: readonly string[]): string =>
  columns.length === 0 ? 'false' : `cid IN (${columns.map(quoteText).join(', ')})`;

/**
 * A change of this site or of a site of another owner is a lie, unless it is a mark, which has the site id of
 * the value that it marks.
 */
function isOfForeignSite(owner: string | null | undefined): Layout {
  const isForeign = block`
    EXISTS (
      SELECT 1 FROM ${SITE_TABLE} AS other
      JOIN ${PEER_TABLE} AS peer ON peer.site_id = other.site_id
      WHERE
        other.ordinal = ${PENDING_TABLE}.site
        AND peer.owner IS NOT NULL
        AND peer.owner IS NOT ${owner === null || owner === undefined ? 'NULL' : quoteText(owner)}
    )`;
  return block`
    (
      (
        ${any([`site = ${LOCAL_SITE}`, ...(owner === undefined ? [] : [isForeign])])}
      )
      AND NOT ${IS_MARK}
    )`;
}

/** SQL condition: the change marks a value of another site. */
export const IS_MARK = block`(val IS NULL AND ${isMarkOnWireSql('col_version')})`;

/** How many rows one statement names. */
const ROWS_PER_STATEMENT = 500;

/** Removes what waits from a source for these rows of a table. */
export function removeWaiting(
  source: string,
  table: string,
  keys: readonly Uint8Array[],
): Statement[] {
  return slices(keys).map((slice) =>
    statement(statementText`
      DELETE FROM ${PENDING_TABLE}
      WHERE
        source = ${quoteText(source)}
        AND table_name = ${quoteText(table)}
        AND pk IN (${slice.map(quoteBlob).join(', ')})`),
  );
}

/** Removes everything that waits from a source but one row. */
export function removeOthers(source: string, table: string, pk: Uint8Array): Statement {
  return statement(statementText`
    DELETE FROM ${PENDING_TABLE}
    WHERE
      source = ${quoteText(source)}
      AND NOT (table_name = ${quoteText(table)} AND pk = ${quoteBlob(pk)})`);
}

function slices<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / ROWS_PER_STATEMENT);
  return Array.from({ length: count }, (_, i) =>
    items.slice(i * ROWS_PER_STATEMENT, (i + 1) * ROWS_PER_STATEMENT),
  );
}
