import { shownCountSql } from '../../columns/counter/sum.js';
import { shownValueSql } from '../../columns/mvr/shown.js';
import {
  fitsSql,
  formerCountSql,
  formerVersionSql,
  tellsSql,
  wireOffset,
} from '../../columns/wire-version.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { greaterSql } from '../../sql/compare.js';
import {
  cellGate,
  cellIndex,
  cellTable,
  clockTable,
  keyOf,
  NEUTRAL_ORDINAL,
  PENDING_TABLE,
  STATE_TABLE,
} from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { pendingKeyColumns } from '../bookkeeping.js';
import { clockKeys, columnType, DB_VERSION } from '../clock/clock-table.js';
import { pendingUpsert } from '../pending/pending.js';
import { type TriggerSql, triggerSql } from '../trigger.js';

/**
 * Counters and multi-value registers have a cell per site, in one table beside the clock table:
 *
 *     k_<key>    the base row's key
 *     col        the column
 *     site       ordinal of the site whose cell it is; 0 is nobody's (see NEUTRAL_SITE)
 *     ver        version: of two states of one cell, the greater one stands
 *     val        what the site adds to the counter, or its value of the register
 *     dbv, seq   when this database got it; a change of a cell moves its row's dbv, too, which is
 *                what readers scan
 *
 * Cells belong to the row's causal length: when it changes they go. The base column is computed from
 * them wherever they change, so it is the same on every site that has the same cells.
 */
export function cellTableStatements(spec: TableSpec): string[] {
  if (spec.cellColumns.length === 0) return [];
  const keys = clockKeys(spec);
  const columns = [
    ...spec.key.map((column, i) => `${keys[i]} ${columnType(column)} NOT NULL`),
    // No type for `val`: values keep their storage class.
    'col TEXT NOT NULL, site INTEGER NOT NULL, ver INTEGER, val, dbv INTEGER, seq INTEGER',
    `UNIQUE (${keys.join(', ')}, col, site)`,
  ];
  const gate = [
    ...spec.key.map((column, i) => `${keys[i]} ${columnType(column)}`),
    'cl, col, site, ver, val, seq, pk',
  ];
  return [
    `CREATE TABLE IF NOT EXISTS ${quoteName(cellTable(spec.name))} (\n  ${columns.join(',\n  ')}\n)`,
    `CREATE INDEX IF NOT EXISTS ${quoteName(cellIndex(spec.name))} ON ${quoteName(cellTable(spec.name))} (dbv)`,
    `CREATE TABLE IF NOT EXISTS ${quoteName(cellGate(spec.name))} (\n  ${gate.join(',\n  ')}\n)`,
  ];
}

/** The triggers of the cell table that do not stamp local writes: its gate, and the end of a life. */
export function cellTriggers(spec: TableSpec): TriggerSql[] {
  return spec.cellColumns.length === 0 ? [] : [gateTrigger(spec), lifeTrigger(spec)];
}

/**
 * Merges one cell offered to the gate, which never holds a row. The row's own gate comes first, so
 * the row is there, or gone, or waits; then the cell waits with it.
 */
function gateTrigger(spec: TableSpec): TriggerSql {
  const keys = clockKeys(spec);
  const newKeys = keys.map((key) => `new.${key}`).join(', ');
  const sameRow = keys.map((key) => `k.${key} = new.${key}`).join(' AND ');
  const clock = quoteName(clockTable(spec.name));
  const early = `NOT EXISTS (SELECT 1 FROM ${clock} AS k WHERE ${sameRow} AND k.cl >= new.cl)`;
  const offsets = spec.cellColumns.map(
    ({ name, kind }) => `WHEN ${quoteText(name)} THEN ${wireOffset(kind)}`,
  );
  const version = `new.ver + CASE new.col ${offsets.join(' ')} END`;
  return triggerSql(spec, 'merge_cell', `BEFORE INSERT ON ${quoteName(cellGate(spec.name))}`, [
    mergeCellsSql(
      spec,
      `${newKeys}, new.col, new.site, new.ver, new.val, st.db_version, new.seq FROM ${STATE_TABLE} AS st JOIN ${clock} AS k ON ${sameRow} WHERE k.cl = new.cl`,
    ),
    pendingUpsert(
      spec.key.length,
      `SELECT ${quoteText(spec.name)}, new.pk, new.col, new.val, ${version}, new.cl, new.site || ':' || new.seq, new.site, db_version, ${newKeys} FROM ${STATE_TABLE} WHERE new.pk IS NOT NULL AND ${early}`,
    ),
    'SELECT RAISE(IGNORE)',
  ]);
}

/** Merges cells of rows that are here; `source` is what a SELECT of the cell table's columns says. */
function mergeCellsSql(spec: TableSpec, source: string): string {
  const keys = clockKeys(spec).join(', ');
  const newer = `excluded.ver > ver OR excluded.ver = ver AND ${greaterSql('excluded.val', 'val')}`;
  return `INSERT INTO ${cells(spec)} (${keys}, col, site, ver, val, dbv, seq) SELECT ${source} ON CONFLICT (${keys}, col, site) DO UPDATE SET ver = excluded.ver, val = excluded.val, dbv = excluded.dbv, seq = excluded.seq WHERE ${newer}`;
}

/** Cells of one column that are offered together. */
export interface CellOffer {
  readonly column: ReplicatedColumnSpec;
  /** They are what the last writes said before the column had a cell per site. */
  readonly isFormer: boolean;
  /** Their rows may wait for other cells. */
  readonly mayWait: boolean;
}

/**
 * Offers cells: each has its row's key, cl, site, version, value, seq, and the packed key where the row
 * may wait.
 *
 * @param value SQL of a value by its index; `from` is what has them.
 */
export function offerCellsSql(
  spec: TableSpec,
  { column, isFormer, mayWait }: CellOffer,
  value: (index: number) => string,
  from: string,
): string {
  const keys = clockKeys(spec);
  const [cl, site, ver, val, seq, pk] = Array.from({ length: 6 }, (_, i) => value(keys.length + i));
  const held = isFormer && column.kind.type === 'counter' ? formerCountSql(val!) : val;
  const cell = `${quoteText(column.name)}, ${site}, ${ver}, ${held}`;
  if (mayWait) {
    const key = keys.map((_, i) => value(i)).join(', ');
    return `INSERT INTO ${quoteName(cellGate(spec.name))} (${keys.join(', ')}, cl, col, site, ver, val, seq, pk) SELECT ${key}, ${cl}, ${cell}, ${seq}, ${pk} FROM ${from}`;
  }
  const key = keys.map((name) => `k.${name}`).join(', ');
  const sameRow = keys.map((name, i) => `k.${name} = ${value(i)}`).join(' AND ');
  // In this order: each cell looks up its row.
  return mergeCellsSql(
    spec,
    `${key}, ${cell}, ${DB_VERSION}, ${seq} FROM ${from} CROSS JOIN ${quoteName(clockTable(spec.name))} AS k ON ${sameRow} WHERE k.cl = ${cl}`,
  );
}

/**
 * Whoever changes a row's causal length, here or in the gate, ends a life: its cells go. Where a merge
 * puts one life in another's place, the columns start anew; a local write says itself what is in them.
 */
function lifeTrigger(spec: TableSpec): TriggerSql {
  const keys = clockKeys(spec);
  const anew = spec.cellColumns.map(
    (column) => `${quoteName(column.name)} = ${column.default ?? 'NULL'}`,
  );
  // Beside a base table called "new", only a query of its own sees the clock row.
  const sameRow = spec.key.map(({ name }, i) => `${quoteName(name)} = (SELECT new.${keys[i]})`);
  return triggerSql(
    spec,
    'life',
    `AFTER UPDATE OF cl ON ${quoteName(clockTable(spec.name))} WHEN new.cl <> old.cl`,
    [
      `DELETE FROM ${cells(spec)} WHERE ${keys.map((key) => `${key} = new.${key}`).join(' AND ')}`,
      `UPDATE ${quoteName(spec.name)} SET ${anew.join(', ')} WHERE ${sameRow.join(' AND ')} AND (SELECT new.cl) % 2 = 1 AND (SELECT applying FROM ${STATE_TABLE}) = 1`,
    ],
  );
}

/** Computes the base columns of all rows whose cells the running apply changed, and tells readers. */
export function settleCellsStatements(spec: TableSpec): string[] {
  if (spec.cellColumns.length === 0) return [];
  const keys = clockKeys(spec);
  const clock = quoteName(clockTable(spec.name));
  const base = quoteName(spec.name);
  const touched = `(SELECT DISTINCT ${keys.join(', ')} FROM ${cells(spec)} WHERE dbv = ${DB_VERSION}) AS c`;
  const values = spec.cellColumns.map(
    (column) => `${quoteName(column.name)} = ${shownSql(spec, column, 'c')}`,
  );
  return [
    // A row that the merge touched itself is stamped, and its d0 tells the report of an apply what it did.
    `UPDATE ${clock} SET d0 = ifnull(d0, dbv), dbv = ${DB_VERSION} FROM ${touched} WHERE ${keys.map((key) => `${clock}.${key} = c.${key}`).join(' AND ')} AND ${clock}.dbv <> ${DB_VERSION}`,
    `UPDATE ${base} SET ${values.join(', ')} FROM ${touched} WHERE ${spec.key.map(({ name }, i) => `${base}.${quoteName(name)} = c.${keys[i]}`).join(' AND ')}`,
  ];
}

/** What the base column shows, given the cells of the row whose key `row` (an alias) has. */
function shownSql(spec: TableSpec, column: ReplicatedColumnSpec, row: string): string {
  const where = cellsOf(spec, column, row);
  return column.kind.type === 'counter'
    ? shownCountSql(where)
    : shownValueSql(where, `${quoteName(spec.name)}.${quoteName(column.name)}`);
}

/** The cells of one column in one row, as FROM and WHERE; `row` has columns of the clock's names. */
export function cellsOf(spec: TableSpec, { name }: ReplicatedColumnSpec, row: string): string {
  const key = clockKeys(spec).map((key) => `x.${key} = ${row}.${key}`);
  return `FROM ${cells(spec)} AS x WHERE ${key.join(' AND ')} AND x.col = ${quoteText(name)}`;
}

/** Offers cells that wait and whose row is there now to their gate. */
export function drainPendingCells(spec: TableSpec): string[] {
  if (spec.cellColumns.length === 0) return [];
  const keys = pendingKeyColumns.slice(0, spec.key.length);
  const sameRow = spec.key.map(({ name }, i) => `k.${quoteName(keyOf(name))} = p.${keys[i]}`);
  return spec.cellColumns.map((column) => {
    const { name, kind } = column;
    const isFormer = tellsSql('p.col_version', 'lww', 'time');
    const values = [
      ...keys.map((key) => `p.${key}`),
      'p.cl, p.cid',
      `CASE WHEN ${isFormer} THEN ${NEUTRAL_ORDINAL} ELSE p.site END`,
      `CASE WHEN ${isFormer} THEN ${formerVersionSql(kind, 'p.col_version')} ELSE p.col_version - ${wireOffset(kind)} END`,
      kind.type === 'counter'
        ? `CASE WHEN ${isFormer} THEN ${formerCountSql('p.val')} ELSE p.val END`
        : 'p.val',
      `CAST(substr(p.origin, instr(p.origin, ':') + 1) AS INTEGER)`,
    ];
    return `INSERT INTO ${quoteName(cellGate(spec.name))} (${clockKeys(spec).join(', ')}, cl, col, site, ver, val, seq) SELECT ${values.join(', ')} FROM ${PENDING_TABLE} AS p JOIN ${quoteName(clockTable(spec.name))} AS k ON ${sameRow.join(' AND ')} WHERE p.tbl = ${quoteText(spec.name)} AND p.cid = ${quoteText(name)} AND k.cl = p.cl AND ${fitsSql([column], 'p')}`;
  });
}

/** The text of the cells' gate; a gate never holds a row. */
export function cellGateStatement(spec: TableSpec): string | undefined {
  return cellTableStatements(spec).at(-1);
}

/** The table got a new name, and its gate is made anew: cells and their index follow. */
export function renameCellTableStatements(from: string, to: string): string[] {
  return [
    `ALTER TABLE ${quoteName(cellTable(from))} RENAME TO ${quoteName(cellTable(to))}`,
    `DROP INDEX IF EXISTS ${quoteName(cellIndex(from))}`,
    dropCellGateStatement(from),
  ];
}

export function renameCellKeyStatement(table: string, from: string, to: string): string {
  return `ALTER TABLE ${quoteName(cellTable(table))} RENAME COLUMN ${quoteName(keyOf(from))} TO ${quoteName(keyOf(to))}`;
}

export function dropCellGateStatement(table: string): string {
  return `DROP TABLE IF EXISTS ${quoteName(cellGate(table))}`;
}

/** No column has cells any more. */
export function dropCellTableStatements(table: string): string[] {
  return [dropCellGateStatement(table), `DROP TABLE IF EXISTS ${quoteName(cellTable(table))}`];
}

/** A column was renamed: its cells follow. */
export function renameCellsStatement(table: string, from: string, to: string): string {
  return `UPDATE ${quoteName(cellTable(table))} SET col = ${quoteText(to)} WHERE col = ${quoteText(from)}`;
}

/** A column was dropped: its cells go. */
export function dropCellsStatement(table: string, column: string): string {
  return `DELETE FROM ${quoteName(cellTable(table))} WHERE col = ${quoteText(column)}`;
}

const cells = (spec: TableSpec) => quoteName(cellTable(spec.name));
