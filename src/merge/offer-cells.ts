import { OUT_OF_RANGE, sumOfCellsSql } from '../columns/counter/sum.js';
import { formerVersion, toldKind, wireOffset } from '../columns/wire-version.js';
import type { Change } from '../model/change.js';
import { requiredColumns, type TableSpec } from '../model/table-spec.js';
import { hexToBytes, type SqlValue } from '../model/value.js';
import { cellTable, GUARD_TABLE, keyOf, NEUTRAL_ORDINAL, STATE_TABLE } from '../sql/names.js';
import { quoteName, quoteText } from '../sql/quote.js';
import { type RowWriter, SourceRows } from '../sql/source-rows.js';
import type { Statement } from '../sql/statement.js';
import { type CellOffer, cellsOf, offerCellsSql } from '../tables/cells/site-cells.js';
import { clockKeys, DB_VERSION } from '../tables/clock/clock-table.js';
import type { RowOffer } from './group.js';
import type { OrdinalsOfBatch } from './ordinals.js';

/*
 * Counters and multi-value registers on the wire: a change per cell, with the cell's owner as
 * site_id and its version as col_version (see wire-version.ts).
 */

/**
 * INSERTs of many cells, a statement for each column. A row that may have to wait takes its cells through
 * their gate, where they wait with it; for all others the row is there by now.
 */
export function offerCells(
  spec: TableSpec,
  rows: readonly RowOffer[],
  ordinals: OrdinalsOfBatch,
  maxParameters: number,
): Statement[] {
  const columns = new Map(spec.cellColumns.map((column) => [column.name, column]));
  const required = requiredColumns(spec).map((column) => spec.clockColumns.indexOf(column));
  const groups = new Map<string, SourceRows<OfferedCell>>();
  for (const row of rows) {
    if (row.siteCells === undefined) continue;
    const mayWait = required.some((index) => row.cells[index] === undefined);
    for (const cell of row.siteCells.values()) {
      const isFormer = toldKind(cell.col_version) === 'lww';
      const id = `${isFormer} ${mayWait} ${cell.cid}`;
      let group = groups.get(id);
      if (group === undefined) {
        const offer = { column: columns.get(cell.cid)!, isFormer, mayWait };
        group = new SourceRows(
          (value, from) => offerCellsSql(spec, offer, value, from),
          (offered, to) => writeCell(offered, offer, ordinals, to),
          maxParameters,
        );
        groups.set(id, group);
      }
      group.add({ row, cell });
    }
  }
  return [...groups.values()].flatMap((group) => group.finish());
}

interface OfferedCell {
  readonly row: RowOffer;
  readonly cell: Change;
}

/** Writes a cell's values in the order of {@link offerCellsSql}. */
function writeCell(
  { row, cell }: OfferedCell,
  { column, isFormer, mayWait }: CellOffer,
  ordinals: OrdinalsOfBatch,
  to: RowWriter,
): void {
  for (const value of row.key) to.value(value);
  to.number(row.cl);
  to.number(isFormer ? NEUTRAL_ORDINAL : ordinals.of(cell));
  to.number(
    isFormer
      ? formerVersion(column.kind, cell.col_version)
      : cell.col_version - wireOffset(column.kind),
  );
  to.value(cell.val);
  to.number(cell.seq);
  if (mayWait) to.value(row.pk);
}

/** A cell that this site is said to have written, and that is news to it, was never issued by it. */
export function guardForgedCells(spec: TableSpec): string {
  // A mark on a register's cell is the word of whoever overwrote it, not of its owner.
  const registers = spec.cellColumns.filter(({ kind }) => kind.type === 'mvr');
  const names = registers.map(({ name }) => quoteText(name)).join(', ');
  return `INSERT INTO ${GUARD_TABLE} (reason) SELECT 'forged' FROM ${STATE_TABLE} AS st JOIN ${quoteName(cellTable(spec.name))} AS c ON c.dbv = st.db_version WHERE c.site = st.site AND NOT (c.col IN (${names}) AND c.ver % 2 = 1) LIMIT 1`;
}

/** SQL that counts a clock row's cells that the running apply won. */
export function cellsWonSql(spec: TableSpec): string {
  // The plus keeps the index on dbv out: in an apply all cells have one dbv.
  const key = clockKeys(spec).map((key) => `x.${key} = k.${key}`);
  return `(SELECT count(*) FROM ${quoteName(cellTable(spec.name))} AS x WHERE ${key.join(' AND ')} AND +x.dbv = k.dbv)`;
}

/** Rows (key..., column) of the counters whose sum left the range of an int64 in the running apply. */
export function saturatedSql(
  spec: TableSpec,
  keySql: (key: string, index: number) => string,
): string | undefined {
  const keys = clockKeys(spec).join(', ');
  const told = clockKeys(spec).map(keySql).join(', ');
  const counters = spec.cellColumns.filter(({ kind }) => kind.type === 'counter');
  if (counters.length === 0) return undefined;
  return counters
    .map((column) => {
      const touched = `(SELECT DISTINCT ${keys} FROM ${quoteName(cellTable(spec.name))} WHERE dbv = ${DB_VERSION} AND col = ${quoteText(column.name)}) AS c`;
      const sum = sumOfCellsSql(cellsOf(spec, column, 'c'));
      return `SELECT ${told}, ${quoteText(column.property)} FROM ${touched} WHERE EXISTS (SELECT 1 FROM (${sum}) WHERE ${OUT_OF_RANGE})`;
    })
    .join(' UNION ALL ');
}

/**
 * A clock row's cells as one text, NULL for none: `index=version@db_version:site:seq=value;` each,
 * the value as its class's first letter and its text, or its bytes in hex.
 */
export function cellsTextSql(spec: TableSpec): string {
  const key = spec.key.map(
    ({ name }) => `x.${quoteName(keyOf(name))} = k.${quoteName(keyOf(name))}`,
  );
  const index = spec.cellColumns.map(({ name }, i) => `WHEN ${quoteText(name)} THEN ${i}`);
  // quote() writes reals so that they read back the same, but for -0.0, whose sign no SQL sees.
  const value = `CASE typeof(x.val) WHEN 'integer' THEN 'i' || x.val WHEN 'real' THEN 'r' || CASE x.val WHEN 9e999 THEN 'Infinity' WHEN -9e999 THEN '-Infinity' ELSE quote(x.val) END WHEN 'text' THEN 't' || hex(x.val) WHEN 'blob' THEN 'b' || hex(x.val) ELSE 'n' END`;
  const text = `(CASE x.col ${index.join(' ')} END) || '=' || x.ver || '@' || x.dbv || ':' || x.site || ':' || x.seq || '=' || ${value}`;
  return `(SELECT group_concat(${text}, ';') FROM ${quoteName(cellTable(spec.name))} AS x WHERE ${key.join(' AND ')})`;
}

export interface SiteCell {
  /** Index of the column among the table's site columns. */
  readonly column: number;
  readonly version: number;
  readonly dbVersion: number;
  readonly site: number;
  readonly seq: number;
  readonly val: SqlValue;
}

/** Reads the text of {@link cellsTextSql}. */
export function parseSiteCells(text: string): SiteCell[] {
  return text.split(';').map((cell) => {
    const [column, clock, value] = cell.split('=') as [string, string, string];
    const [version, dbVersion, site, seq] = clock.split(/[@:]/, 4).map(Number) as [
      number,
      number,
      number,
      number,
    ];
    return { column: Number(column), version, dbVersion, site, seq, val: parseValue(value) };
  });
}

function parseValue(text: string): SqlValue {
  const rest = text.slice(1);
  switch (text[0]) {
    case 'i':
      return BigInt(rest);
    case 'r':
      return Number(rest);
    case 't':
      return decoder.decode(hexToBytes(rest));
    case 'b':
      return hexToBytes(rest);
    default:
      return null;
  }
}
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
