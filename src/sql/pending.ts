import { requiredColumns, type TableSpec } from '../schema/table-spec.js';
import { pendingKeyColumns } from './bookkeeping.js';
import { clockKeys } from './clock-table.js';
import { greaterSql } from './compare.js';
import { clockTable, keyOf, mergeGate, PENDING_TABLE } from './names.js';
import { offeredColumns } from './offer.js';
import { quoteName, quoteText } from './quote.js';

/*
 * Changes that are valid but early wait in crr_pending, one row per cell: the newest seen of each.
 */

/** Keeps what `source` (a SELECT or VALUES of the pending columns) says, where it is news. */
export function pendingUpsert(keyColumns: number, source: string): string {
  const newer = `excluded.cl > cl OR excluded.cl = cl AND (excluded.col_version > col_version OR excluded.col_version = col_version AND ${greaterSql('excluded.val', 'val')})`;
  const updated = ['val', 'col_version', 'cl', 'origin', 'dbv'];
  return `INSERT INTO ${PENDING_TABLE} (${pendingColumns(keyColumns)}) ${source} ON CONFLICT (tbl, pk, cid) DO UPDATE SET ${updated
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')} WHERE ${newer}`;
}

export function pendingColumns(keyColumns: number): string {
  return `tbl, pk, cid, val, col_version, cl, origin, dbv, ${pendingKeyColumns.slice(0, keyColumns).join(', ')}`;
}

/**
 * Offers a row that this site just created to the gate with nothing said of it, where cells of it
 * wait: the gate then lets them in. For a trigger on the base table.
 */
export function wakePendingStatement(spec: TableSpec): string {
  const keys = clockKeys(spec).join(', ');
  const created = spec.key.map(({ name }) => `new.${quoteName(name)}`);
  const waiting = created.map((value, i) => `${pendingKeyColumns[i]} = ${value}`);
  return `INSERT INTO ${quoteName(mergeGate(spec.name))} (${keys}) SELECT ${created.join(', ')} WHERE EXISTS (SELECT 1 FROM ${PENDING_TABLE} WHERE tbl = ${quoteText(spec.name)} AND ${waiting.join(' AND ')})`;
}

/**
 * Offers to the gate what waits for this table and can be applied now: the row is there, or all
 * its NOT NULL cells wait together; then removes what was applied or overtaken.
 */
export function drainPendingStatements(spec: TableSpec): string[] {
  const keys = pendingKeyColumns.slice(0, spec.key.length);
  const table = quoteText(spec.name);
  const cids = ['-1', ...spec.columns.map((column) => column.name)].map(quoteText).join(', ');
  const where = (alias: string, column: (name: string) => string, pending = 'p') =>
    spec.key
      .map(({ name }, i) => `${alias}.${quoteName(column(name))} = ${pending}.${keys[i]}`)
      .join(' AND ');
  const of = (cid: string, value: string) =>
    `max(CASE p.cid WHEN ${quoteText(cid)} THEN ${value} END)`;
  const columns = [
    ...clockKeys(spec),
    'cl, l, v0',
    ...spec.columns.flatMap(({ name }) => offeredColumns(name)),
  ];
  const values = [
    ...keys.map((key) => `p.${key}`),
    // Cells carry a row's cl even where its sentinel went elsewhere: then any cell speaks for it.
    `p.cl, ifnull(${of('-1', 'p.origin')}, CASE WHEN p.cl > 1 THEN max(p.origin) END), -1`,
    ...spec.columns.flatMap(({ name }) =>
      ['p.val', 'p.col_version', 'p.origin'].map((value) => of(name, value)),
    ),
  ];
  const complete = [
    ...requiredColumns(spec).map(({ name }) => `${of(name, '1')} = 1`),
    'true',
  ].join(' AND ');
  const present = `EXISTS (SELECT 1 FROM ${quoteName(spec.name)} AS b WHERE ${where('b', (name) => name)})`;
  const newest = `p.cl = (SELECT max(x.cl) FROM ${PENDING_TABLE} AS x WHERE x.tbl = p.tbl AND x.pk = p.pk)`;
  return [
    `INSERT INTO ${quoteName(mergeGate(spec.name))} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${PENDING_TABLE} AS p WHERE p.tbl = ${table} AND p.cid IN (${cids}) AND ${newest} GROUP BY p.pk, p.cl HAVING p.cl % 2 = 0 OR ${complete} OR ${present}`,
    // In full: this runs in a trigger too, where a DELETE has no alias.
    `DELETE FROM ${PENDING_TABLE} WHERE tbl = ${table} AND EXISTS (SELECT 1 FROM ${quoteName(clockTable(spec.name))} AS k WHERE ${where('k', keyOf, PENDING_TABLE)} AND (k.cl > ${PENDING_TABLE}.cl OR k.cl = ${PENDING_TABLE}.cl AND ${PENDING_TABLE}.cid IN (${cids})))`,
  ];
}
