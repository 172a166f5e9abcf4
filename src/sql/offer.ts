import type { TableSpec } from '../schema/table-spec.js';
import { offeredOriginOf, offeredValueOf, offeredVersionOf } from './names.js';
import { quoteName } from './quote.js';

/** The quoted columns of the gate that offer one cell: value, version, origin. */
export function offeredColumns(column: string): [value: string, version: string, origin: string] {
  return [
    quoteName(offeredValueOf(column)),
    quoteName(offeredVersionOf(column)),
    quoteName(offeredOriginOf(column)),
  ];
}

/** What the row in the gate (`new`) says of a cell, whether offered alone or with the row. */
export function offeredCell(spec: TableSpec, index: number) {
  const [value, version, origin] = offeredColumns(spec.columns[index]!.name);
  return {
    value: `new.${value}`,
    /** Negative where the cell is not offered. */
    version: `ifnull(new.${version}, new.v0)`,
    origin: `ifnull(new.${origin}, new.s0 || ':' || (new.q0 + ${index}))`,
  };
}
