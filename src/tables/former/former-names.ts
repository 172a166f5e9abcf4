import { formerKind, type ToldKind, tellsSql } from '../../columns/wire-version.js';
import type { ColumnKind } from '../../model/table-spec.js';
import { FORMER_TABLE, PENDING_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { pendingKeyColumns } from '../bookkeeping.js';
import { pendingColumns, pendingUpsert } from '../pending/pending.js';

/*
 * Sites migrate at different times, so changes keep coming under names that tables and columns had
 * before. crr_former knows them: (tbl, cid) is now called `now`, or is gone where `now` is NULL; cid
 * '-1' stands for the table itself. Column rows are kept under the table's present name. What waits
 * in the pending table under a former name moves to the present one, or goes. A column that had a
 * cell per site before is noted under its name and that kind: cells that come late go, too.
 */

const WHOLE_TABLE = quoteText('-1');

export function tableRenamedStatements(from: string, to: string): string[] {
  const [before, after] = [quoteText(from), quoteText(to)];
  return [
    ...tableAddedStatements(to),
    `UPDATE ${FORMER_TABLE} SET tbl = ${after} WHERE tbl = ${before} AND cid <> ${WHOLE_TABLE}`,
    `UPDATE ${FORMER_TABLE} SET now = ${after} WHERE cid = ${WHOLE_TABLE} AND now = ${before}`,
    remember(before, WHOLE_TABLE, after),
  ];
}

/** A name in use is no former name, whatever it once was. */
export function tableAddedStatements(table: string): string[] {
  return [`DELETE FROM ${FORMER_TABLE} WHERE tbl = ${quoteText(table)}`];
}

export function tableDroppedStatements(table: string): string[] {
  const name = quoteText(table);
  return [
    `DELETE FROM ${FORMER_TABLE} WHERE tbl = ${name}`,
    `UPDATE ${FORMER_TABLE} SET now = NULL WHERE cid = ${WHOLE_TABLE} AND now = ${name}`,
    remember(name, WHOLE_TABLE, 'NULL'),
  ];
}

export function columnRenamedStatements(table: string, from: string, to: string): string[] {
  const [name, before, after] = [table, from, to].map(quoteText) as [string, string, string];
  return [
    ...columnAddedStatements(table, to),
    `UPDATE ${FORMER_TABLE} SET now = ${after} WHERE tbl = ${name} AND cid <> ${WHOLE_TABLE} AND now = ${before}`,
    remember(name, before, after),
  ];
}

export function columnAddedStatements(table: string, column: string): string[] {
  const names = [column, ...NOTED.map((kind) => column + formerKind(kind))].map(quoteText);
  return [
    `DELETE FROM ${FORMER_TABLE} WHERE tbl = ${quoteText(table)} AND cid IN (${names.join(', ')})`,
  ];
}

/** A column merges in another way now. */
export function kindChangedStatements(
  table: string,
  column: string,
  from: ColumnKind,
  to: ColumnKind,
): string[] {
  const name = quoteText(table);
  const note = (kind: ToldKind) => quoteText(column + formerKind(kind));
  const [before, now] = [noted(from), noted(to)];
  return [
    ...(now ? [`DELETE FROM ${FORMER_TABLE} WHERE tbl = ${name} AND cid = ${note(now)}`] : []),
    ...(before ? [remember(name, note(before), 'NULL')] : []),
  ];
}

/** The kinds that changes come late of, and how; what counts writes is good at any time. */
const NOTED = ['counter', 'mvr', 'time'] as const;
function noted(kind: ColumnKind): (typeof NOTED)[number] | undefined {
  return NOTED.find((name) => name === (kind.type === 'lww' ? kind.by : kind.type));
}

export function columnDroppedStatements(table: string, column: string): string[] {
  const [name, gone] = [quoteText(table), quoteText(column)];
  return [
    `UPDATE ${FORMER_TABLE} SET now = NULL WHERE tbl = ${name} AND cid <> ${WHOLE_TABLE} AND now = ${gone}`,
    remember(name, gone, 'NULL'),
  ];
}

/** Moves what waits under a former name: first to the table's present name, then to the column's. */
export function followFormerNamesStatements(): string[] {
  const of = (alias: string) =>
    `${alias}.tbl = ${PENDING_TABLE}.tbl AND ${alias}.cid = ${PENDING_TABLE}.cid AND ${alias}.cid <> ${WHOLE_TABLE}`;
  return [
    move('f.now', 'p.cid', `f.tbl = p.tbl AND f.cid = ${WHOLE_TABLE}`),
    `DELETE FROM ${PENDING_TABLE} WHERE EXISTS (SELECT 1 FROM ${FORMER_TABLE} AS f WHERE f.tbl = ${PENDING_TABLE}.tbl AND f.cid = ${WHOLE_TABLE})`,
    move('p.tbl', 'f.now', `f.tbl = p.tbl AND f.cid = p.cid AND f.cid <> ${WHOLE_TABLE}`),
    `DELETE FROM ${PENDING_TABLE} WHERE EXISTS (SELECT 1 FROM ${FORMER_TABLE} AS f WHERE ${of('f')})`,
    ...(['counter', 'mvr'] as const).map(
      (kind) =>
        `DELETE FROM ${PENDING_TABLE} WHERE ${tellsSql('col_version', kind)} AND EXISTS (SELECT 1 FROM ${FORMER_TABLE} AS f WHERE f.tbl = ${PENDING_TABLE}.tbl AND f.cid = ${PENDING_TABLE}.cid || ${quoteText(formerKind(kind))})`,
    ),
  ];
}

function move(table: string, cid: string, join: string): string {
  const columns = pendingColumns(pendingKeyColumns.length).split(', ');
  const values = columns.map((name) => {
    if (name === 'tbl') return table;
    return name === 'cid' ? cid : `p.${name}`;
  });
  return pendingUpsert(
    pendingKeyColumns.length,
    `SELECT ${values.join(', ')} FROM ${PENDING_TABLE} AS p JOIN ${FORMER_TABLE} AS f ON ${join} WHERE f.now IS NOT NULL`,
  );
}

function remember(table: string, cid: string, now: string): string {
  return `INSERT INTO ${FORMER_TABLE} (tbl, cid, now) VALUES (${table}, ${cid}, ${now}) ON CONFLICT (tbl, cid) DO UPDATE SET now = excluded.now`;
}
