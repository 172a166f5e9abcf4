import { affinityOf } from '../../model/declared-type.js';
import type { TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { type DriverRow, exactValue, portable } from '../../sql/driver-value.js';
import type { Fragment } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { hasRowidKey } from './table.js';

/**
 * The key of a row that has the clock table's key columns, as columns of a query; {@link readKey} reads them. The
 * last one holds storage classes, if drivers hand out values of several classes alike.
 *
 * @param row its alias; empty = the only table.
 */
export function keyValues(spec: TableSpec, row = ''): readonly Fragment[] {
  const dot = row === '' ? '' : `${row}.`;
  return keyValuesOf(spec, (name) => `${dot}${quoteName(keyOf(name))}`);
}

/** The same of any row. `of` gives the SQL of a key column. */
export function keyValuesOf(spec: TableSpec, of: (name: string) => string): readonly Fragment[] {
  const keys = spec.key.map(({ name }) => of(name));
  const values = keys.map((key, i) => portable(key, affinityOf(spec.key[i]!.sqlType)));
  if (!isAmbiguous(spec)) return values;
  return [...values, keys.map((key) => `substr(typeof(${key}), 1, 1)`).join(' || ')];
}

/** The number of these columns. */
export const keyWidth = (spec: TableSpec) => spec.key.length + (isAmbiguous(spec) ? 1 : 0);

/** The key in a driver's row, from the column `from` on. */
export function readKey(spec: TableSpec, row: DriverRow, from: number): SqlValue[] {
  const classes = isAmbiguous(spec) ? String(row[from + spec.key.length]) : undefined;
  return spec.key.map(({ sqlType }, i) =>
    exactValue(row[from + i]!, classes?.[i] ?? affinityOf(sqlType)[0]!),
  );
}

function isAmbiguous(spec: TableSpec): boolean {
  if (hasRowidKey(spec)) return false;
  return spec.key.some(({ sqlType }) => !['text', 'real'].includes(affinityOf(sqlType)));
}
