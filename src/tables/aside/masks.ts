import { maskableColumns, type UniqueSpec, uniquesOf } from '../../model/constraints.js';
import { affinityOf } from '../../model/declared-type.js';
import type { ColumnSpec, TableSpec } from '../../model/table-spec.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { asideValue, mask } from './table.js';

/**
 * SQL of what a masked column shows. A suffix contains the key in a text that no other key of the table has and
 * in which `~` only separates, so no two rows show the same.
 */
export function maskedValue(
  spec: TableSpec,
  column: string,
  value: string,
  keyValue: (name: string) => string,
): string {
  const isSuffix = uniquesOf(spec).some(
    ({ loser }) => loser.shows === 'suffix' && loser.column === column,
  );
  return isSuffix ? suffixed(spec, value, keyValue) : 'NULL';
}

/** SQL of a text with the row's key behind it. */
export function suffixed(
  spec: TableSpec,
  value: string,
  keyValue: (name: string) => string,
): string {
  const parts = spec.key.map((key) => `'~' || ${keyText(key, keyValue(key.name))}`);
  return `${value} || ${parts.join(' || ')}`;
}

function keyText({ sqlType }: ColumnSpec, value: string): string {
  switch (affinityOf(sqlType)) {
    case 'text':
      return `replace(replace(${value}, '%', '%25'), '~', '%7E')`;
    case 'integer':
      return value;
    default:
      return `replace(replace(quote(${value}), '%', '%25'), '~', '%7E')`;
  }
}

/** SQL of what the base table shows of a cell of a row aside. */
export function shownValue(spec: TableSpec, column: string, row: string): string {
  const value = `${row}.${asideValue(column)}`;
  if (!maskableColumns(spec).includes(column)) return value;
  const masked = maskedValue(spec, column, value, (name) => `${row}.${quoteName(keyOf(name))}`);
  return `CASE WHEN ${row}.${mask(column)} THEN ${masked} ELSE ${value} END`;
}

/** The masks of a row aside as one text. */
export function masksText(spec: TableSpec, row: string): string {
  const masks = maskableColumns(spec).map((name) => `ifnull(${row}.${mask(name)}, 0)`);
  // Text in any case: one mask alone would be a number, which is less than any text.
  return ["''", ...masks].join(' || ');
}

/** SQL condition: a mask of the row is set. */
export function isMasked(spec: TableSpec, row: string): string {
  const masks = maskableColumns(spec).map((name) => `ifnull(${row}.${mask(name)}, 0)`);
  return masks.length === 0 ? 'false' : `(${masks.join(' OR ')})`;
}

/** What a unique index shows instead of the values of a loser; undefined if it shows nothing, or NULL. */
export function suffixedTuple(
  spec: TableSpec,
  { columns, loser }: UniqueSpec,
  value: (column: string) => string,
  keyValue: (name: string) => string,
): string[] | undefined {
  if (loser.shows !== 'suffix') return undefined;
  return columns.map((column) =>
    column === loser.column ? maskedValue(spec, column, value(column), keyValue) : value(column),
  );
}
