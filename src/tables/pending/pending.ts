import { GREATEST_NOW_SQL } from '../../columns/lww/timed-version.js';
import { fitsSql } from '../../columns/wire-version.js';
import { isTimed, requiredColumns, type TableSpec } from '../../model/table-spec.js';
import { greaterSql } from '../../sql/compare.js';
import { clockTable, keyOf, mergeGate, PENDING_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { pendingKeyColumns } from '../bookkeeping.js';
import { drainPendingCells, settleCellsStatements } from '../cells/site-cells.js';
import { clockKeys, DB_VERSION } from '../clock/clock-table.js';
import { offeredColumns } from '../gate/offer.js';

/*
 * Changes that are valid but early wait in crr_pending, one row per cell and site: the newest seen
 * of each.
 */

/** Keeps what `source` (a SELECT or VALUES of the pending columns) says, where it is news. */
export function pendingUpsert(keyColumns: number, source: string): string {
  const newer = `excluded.cl > cl OR excluded.cl = cl AND (excluded.col_version > col_version OR excluded.col_version = col_version AND ${greaterSql('excluded.val', 'val')})`;
  const updated = ['val', 'col_version', 'cl', 'origin', 'dbv'];
  return `INSERT INTO ${PENDING_TABLE} (${pendingColumns(keyColumns)}) ${source} ON CONFLICT (tbl, pk, cid, site) DO UPDATE SET ${updated
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')} WHERE ${newer}`;
}

export function pendingColumns(keyColumns: number): string {
  return `tbl, pk, cid, val, col_version, cl, origin, site, dbv, ${pendingKeyColumns.slice(0, keyColumns).join(', ')}`;
}

/**
 * Offers to the gate what waits for this table and can be applied now: the row is there, or all
 * its NOT NULL cells wait together; then removes what was applied or overtaken.
 *
 * @param greatestTime SQL of the greatest version that columns merged by time take now.
 */
export function drainPendingStatements(
  spec: TableSpec,
  greatestTime: string = GREATEST_NOW_SQL,
): string[] {
  const timed = spec.clockColumns.filter(isTimed).map(({ name }) => quoteText(name));
  const columnsOfTable = [...spec.clockColumns, ...spec.cellColumns];
  // What is of another kind than its column, or still too far ahead, goes on waiting.
  const due = (alias: string) =>
    [
      ` AND ${fitsSql(columnsOfTable, alias)}`,
      ...(timed.length === 0
        ? []
        : [
            `NOT (${alias}.cid IN (${timed.join(', ')}) AND ${alias}.col_version > ${greatestTime})`,
          ]),
    ].join(' AND ');
  const keys = pendingKeyColumns.slice(0, spec.key.length);
  const table = quoteText(spec.name);
  const cids = ['-1', ...columnsOfTable.map(({ name }) => name)].map(quoteText).join(', ');
  const where = (alias: string, column: (name: string) => string, pending = 'p') =>
    spec.key
      .map(({ name }, i) => `${alias}.${quoteName(column(name))} = ${pending}.${keys[i]}`)
      .join(' AND ');
  const of = (cid: string, value: string) =>
    `max(CASE p.cid WHEN ${quoteText(cid)} THEN ${value} END)`;
  const columns = [
    ...clockKeys(spec),
    'dbv, cl, l, v0',
    ...spec.clockColumns.flatMap(({ name }) => offeredColumns(name)),
  ];
  const values = [
    ...keys.map((key) => `p.${key}`),
    DB_VERSION,
    // Cells carry a row's cl even where its sentinel went elsewhere: then any cell speaks for it.
    `p.cl, ifnull(${of('-1', 'p.origin')}, CASE WHEN p.cl > 1 THEN max(p.origin) END), -1`,
    ...spec.clockColumns.flatMap(({ name }) =>
      ['p.val', 'p.col_version', 'p.origin'].map((value) => of(name, value)),
    ),
  ];
  const complete = [
    ...requiredColumns(spec).map(({ name }) => `${of(name, '1')} = 1`),
    'true',
  ].join(' AND ');
  const present = `EXISTS (SELECT 1 FROM ${quoteName(spec.name)} AS b WHERE ${where('b', (name) => name)})`;
  const newest = `p.cl = (SELECT max(x.cl) FROM ${PENDING_TABLE} AS x WHERE x.tbl = p.tbl AND x.pk = p.pk${due('x')})`;
  const value = greaterSql('x.val', 'p.val');
  const greater = `x.col_version > p.col_version OR x.col_version = p.col_version AND (${value} OR NOT ${greaterSql('p.val', 'x.val')} AND x.site > p.site)`;
  // Of what several sites say of a cell, what would win the merge.
  const best = `NOT EXISTS (SELECT 1 FROM ${PENDING_TABLE} AS x WHERE x.tbl = p.tbl AND x.pk = p.pk AND x.cid = p.cid AND x.cl = p.cl AND (${greater})${due('x')})`;
  return [
    `INSERT INTO ${quoteName(mergeGate(spec.name))} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${PENDING_TABLE} AS p WHERE p.tbl = ${table} AND p.cid IN (${cids}) AND ${newest} AND ${best}${due('p')} GROUP BY p.pk, p.cl HAVING p.cl % 2 = 0 OR ${complete} OR ${present}`,
    ...drainPendingCells(spec),
    `DELETE FROM ${PENDING_TABLE} WHERE tbl = ${table} AND EXISTS (SELECT 1 FROM ${quoteName(clockTable(spec.name))} AS k WHERE ${where('k', keyOf, PENDING_TABLE)} AND (k.cl > ${PENDING_TABLE}.cl OR k.cl = ${PENDING_TABLE}.cl AND ${PENDING_TABLE}.cid IN (${cids})${due(PENDING_TABLE)}))`,
    ...settleCellsStatements(spec),
  ];
}
