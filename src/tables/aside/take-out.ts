import type { TableSpec } from '../../model/table-spec.js';
import { all, statementText } from '../../sql/layout.js';
import { SETTLING_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clockKeys } from '../clock/table.js';
import { openMasked } from './open.js';
import { baseKey, isBaseOf, moveAside } from './sql.js';
import { aside } from './table.js';

/*
 * A row of which the database rejects something new leaves the base table before the changes are merged: whatever is
 * rejected would fail the merge. It goes on aside.
 */

/** From here on all rows that are merged go aside, or no more. */
export const parkAll = (parks: boolean): string =>
  `UPDATE ${SETTLING_TABLE} SET parks = ${Number(parks)}`;

/** Rows leave the base table. @param keys `VALUES` of keys. */
export function takeOut(spec: TableSpec, keys: string): string[] {
  const base = quoteName(spec.name);
  const isOne = `${baseKey(spec, 'base')} IN (${keys})`;
  return [
    statementText`
      ${moveAside(spec)}
      FROM ${base} AS base
      WHERE ${isOne}`,
    ...openMasked(spec, [isOne]),
    statementText`
      DELETE FROM ${base}
      WHERE ${baseKey(spec, base)} IN (
        SELECT ${clockKeys(spec)
          .map((key) => `out.${key}`)
          .join(', ')}
        FROM ${aside(spec)} AS out
        CROSS JOIN ${base} AS base ON ${isBaseOf(spec, 'out', 'base')}
        WHERE
          ${all(["out.state = 'open'", isOne])}
      )`,
  ];
}
