import type { ColumnKind, ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import type { CellColumnType, ClockColumnType, ColumnType } from './column-type.js';
import { counter } from './counter/type.js';
import { fractIndex } from './fract-index/type.js';
import { greatest } from './greatest/type.js';
import { least } from './least/type.js';
import { lww } from './lww/type.js';
import { lwwByTime } from './lww-by-time/type.js';
import { mvr } from './mvr/type.js';
import { collaborativeText } from './text/type.js';

/** Every column type. The order does not matter. */
export const COLUMN_TYPES: readonly ColumnType[] = [
  lww,
  lwwByTime,
  counter,
  mvr,
  fractIndex,
  greatest,
  least,
  collaborativeText,
];

const byName = new Map(COLUMN_TYPES.map((type) => [type.name, type]));

/** The type of a column. */
export function typeOf({ kind }: { readonly kind: ColumnKind }): ColumnType {
  const type = byName.get(kind.type);
  if (type === undefined) throw new Error(`there is no column type "${kind.type}"`);
  return type;
}

/** The type of a column among a table's `clockColumns`. */
export function clockTypeOf(column: { readonly kind: ColumnKind }): ClockColumnType {
  const type = typeOf(column);
  if (type.storage !== 'clock') throw new Error(`"${type.name}" has no clock in the clock row`);
  return type;
}

/** The type of a column among a table's `cellColumns`. */
export function cellTypeOf(column: { readonly kind: ColumnKind }): CellColumnType {
  const type = typeOf(column);
  if (type.storage !== 'cells') throw new Error(`"${type.name}" has no cells`);
  return type;
}

/** Whether a site has many cells in a column, which are never written again. */
export function isLog(column: { readonly kind: ColumnKind }): boolean {
  const type = typeOf(column);
  return type.storage === 'cells' && type.log !== undefined;
}

/** Whether concurrent writes of a column add up, so that none is over another. */
export function isCounter(column: { readonly kind: ColumnKind }): boolean {
  const type = typeOf(column);
  return type.storage === 'cells' && type.lists === 'contributions';
}

/** The columns of a table in which a site has many cells. */
export const logColumns = ({ cellColumns }: TableSpec): readonly ReplicatedColumnSpec[] =>
  cellColumns.filter(isLog);

/** Whether this version of the package knows a kind: a newer one may have written it into a database. */
export function isKnownKind(kind: ColumnKind): boolean {
  return byName.has(kind.type);
}

/** Whether a column among a table's `clockColumns` merges by its values, whatever the versions. */
export const isDecidedByValue = (column: { readonly kind: ColumnKind }): boolean =>
  clockTypeOf(column).decidedBy === 'value';

/** Whether versions of a column among a table's `clockColumns` are times, which may be ahead. */
export const isTimed = (column: { readonly kind: ColumnKind }): boolean =>
  clockTypeOf(column).clockTime !== undefined;
