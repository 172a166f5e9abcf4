import type { ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import { cellTable, keyOf, STATE_TABLE } from '../sql/names.js';
import { quoteName, quoteText } from '../sql/quote.js';
import { DB_VERSION } from '../tables/clock/clock-table.js';
import { OUT_OF_RANGE, ownShareSql } from './counter/sum.js';
import { FIRST_VERSION, NEXT_VERSION, STANDS } from './mvr/shown.js';

/*
 * What a local write does to the cells of a counter or register: statements for the bodies of the
 * triggers that stamp local writes, where `new` is the base row.
 */

/** What the generated SQL raises for values that a counter cannot take. */
export const COUNTER_TYPE = 'is a counter and takes integers only';
export const COUNTER_OVERFLOW = 'is a counter and would leave the range of 64-bit integers';

/** Brings the own cell, and what it overwrites, to the value that `new` has. `seq` is SQL. */
export function writeCellStatements(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  seq: string,
): string[] {
  return column.kind.type === 'counter'
    ? writeCounter(spec, column, seq)
    : writeRegister(spec, column, seq);
}

/** Whether an update that leaves the value as it is says something all the same: it settles a conflict. */
export function settlesSql(spec: TableSpec, column: ReplicatedColumnSpec): string | undefined {
  if (column.kind.type !== 'mvr') return undefined;
  return `EXISTS (SELECT 1 ${othersCells(spec, column)} AND x.${STANDS})`;
}

function writeCounter(spec: TableSpec, column: ReplicatedColumnSpec, seq: string): string[] {
  const value = `new.${quoteName(column.name)}`;
  const raise = (why: string) =>
    `SELECT RAISE(ABORT, ${quoteText(`drizzle-crr: ${quoteName(spec.name)}.${quoteName(column.name)} ${why}`)})`;
  const share = ownShareSql(value, othersCells(spec, column));
  const own = `EXISTS (SELECT 1 ${cellsOfNew(spec, column)} AND x.site = st.site)`;
  return [
    // An INTEGER that overflows becomes a REAL of this size before any trigger sees it.
    `${raise(COUNTER_OVERFLOW)} WHERE typeof(${value}) = 'real' AND abs(${value}) >= 9.2e18`,
    `${raise(COUNTER_TYPE)} WHERE typeof(${value}) <> 'integer'`,
    `${raise(COUNTER_OVERFLOW)} FROM (${share}) WHERE ${OUT_OF_RANGE}`,
    `${insertOwnCell(spec, column, { version: '1', value: '(n.hi << 32) | n.lo', seq })}, (${share}) AS n WHERE n.hi <> 0 OR n.lo <> 0 OR ${own} ${onConflict(spec, 'ver + 1')}`,
  ];
}

function writeRegister(spec: TableSpec, column: ReplicatedColumnSpec, seq: string): string[] {
  const value = `new.${quoteName(column.name)}`;
  return [
    `UPDATE ${cells(spec)} SET ver = ver + 1, val = NULL, dbv = ${DB_VERSION}, seq = (SELECT ${seq} FROM ${STATE_TABLE}) WHERE ${keyIsNew(spec)} AND col = ${quoteText(column.name)} AND site <> ${LOCAL_SITE} AND ${STANDS}`,
    `${insertOwnCell(spec, column, { version: FIRST_VERSION, value, seq })} WHERE true ${onConflict(spec, NEXT_VERSION)}`,
  ];
}

function insertOwnCell(
  spec: TableSpec,
  { name }: ReplicatedColumnSpec,
  { version, value, seq }: Readonly<Record<'version' | 'value' | 'seq', string>>,
): string {
  const key = spec.key.map((column) => `new.${quoteName(column.name)}`).join(', ');
  return `INSERT INTO ${cells(spec)} (${keyNames(spec)}, col, site, ver, val, dbv, seq) SELECT ${key}, ${quoteText(name)}, st.site, ${version}, ${value}, st.db_version, ${seq} FROM ${STATE_TABLE} AS st`;
}

const onConflict = (spec: TableSpec, version: string) =>
  `ON CONFLICT (${keyNames(spec)}, col, site) DO UPDATE SET ver = ${version}, val = excluded.val, dbv = excluded.dbv, seq = excluded.seq`;

const LOCAL_SITE = `(SELECT site FROM ${STATE_TABLE})`;
const cells = (spec: TableSpec) => quoteName(cellTable(spec.name));
const keyNames = (spec: TableSpec) => spec.key.map(({ name }) => quoteName(keyOf(name))).join(', ');
const keyIsNew = (spec: TableSpec, alias = '') =>
  spec.key
    .map(({ name }) => `${alias}${quoteName(keyOf(name))} = new.${quoteName(name)}`)
    .join(' AND ');
const cellsOfNew = (spec: TableSpec, { name }: ReplicatedColumnSpec) =>
  `FROM ${cells(spec)} AS x WHERE ${keyIsNew(spec, 'x.')} AND x.col = ${quoteText(name)}`;
const othersCells = (spec: TableSpec, column: ReplicatedColumnSpec) =>
  `${cellsOfNew(spec, column)} AND x.site <> ${LOCAL_SITE}`;
