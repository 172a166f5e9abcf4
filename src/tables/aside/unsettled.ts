import { referencesOf, uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, type Layout } from '../../sql/layout.js';
import { clockTable } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clock, clockRowid, sameKeys, sameRow } from '../clock/table.js';
import { besideOwn, besideParent, besideValues, besideWinner, isNew } from './hanging.js';
import { parentKeys } from './pass.js';
import { isAnyLost } from './rivals.js';
import { areEqual, baseValuesOf, lacksShownParent, valuesOf } from './sql.js';
import { aside, hasRivals, lost } from './table.js';

/** SQL condition: what the base table shows may not be what the merged rows say. */
export function isUnsettled(spec: TableSpec): Layout {
  const concernsAside = [
    `EXISTS (SELECT 1 FROM ${aside(spec)} WHERE state = 'open')`,
    found(besideOwn(spec), [isNew('clock')]),
    ...uniquesOf(spec).map((_, n) => found(besideWinner(spec, n), [isNew('clock')])),
    // Only of a row that is parked; there is no index of it.
    ...(uniquesOf(spec).some(({ loser }) => loser.shows === 'suffix')
      ? [
          found(
            block`FROM ${clock(spec)} AS clock CROSS JOIN ${aside(spec)} AS beside ON beside.taken = clock.${clockRowid(spec)}`,
            [isNew('clock'), "beside.state = 'unique'"],
          ),
        ]
      : []),
    // A row that left after its parent goes on holding its claims, and so does one that is masked in another index.
    ...uniquesOf(spec).map(({ columns }, n) =>
      found(besideValues(spec, columns), [
        isNew('clock'),
        `ifnull(beside.state, 'rejected') IN ('reference', 'rejected') AND beside.${lost(n)} IS NULL`,
      ]),
    ),
    ...referencesOf(spec).map((reference) =>
      found(besideParent(spec, reference), [isNew('parent')]),
    ),
  ];
  const conditions = [
    ...(hasRivals(spec) ? [isAnyLost(spec)] : []),
    block`
      EXISTS (SELECT 1 FROM ${aside(spec)})
      AND (
        ${any(concernsAside)}
      )`,
    ...hasOrphans(spec),
  ];
  return any(conditions);
}

/** SQL conditions: base rows that were written since all was settled, or whose parents were deleted since, lack a parent. */
export function hasOrphans(spec: TableSpec): Layout[] {
  const { name } = spec;
  const orphans = referencesOf(spec).map((reference) =>
    lacksShownParent(reference, baseValuesOf(reference.columns, 'base')),
  );
  if (orphans.length === 0) return [];
  return [
    found(
      block`FROM ${clock(spec)} AS clock CROSS JOIN ${quoteName(name)} AS base ON ${sameRow(spec, 'clock', 'base')}`,
      [isNew('clock'), block`(${any(orphans)})`],
    ),
    ...referencesOf(spec).map((reference) =>
      found(
        block`
          FROM ${quoteName(clockTable(reference.parent))} AS parent
          CROSS JOIN ${quoteName(name)} AS base ON ${areEqual(baseValuesOf(reference.columns, 'base'), parentKeys(reference))}`,
        [isNew('parent'), 'parent.causal_length % 2 = 0'],
      ),
    ),
  ];
}

const found = (from: Fragment, where: readonly Fragment[]) => block`
  EXISTS (
    SELECT 1
    ${from}
    WHERE
      ${all(where)}
  )`;

/** SQL conditions on a row aside, of which one is enough: it, or what it hangs on, was written since all was settled. */
export function isConcerned(spec: TableSpec, row: string): Layout[] {
  const written = (table: string, where: readonly Fragment[]) => block`
    EXISTS (
      SELECT 1 FROM ${table} AS clock
      WHERE
        ${all([...where, isNew('clock')])}
    )`;
  const rivals = uniquesOf(spec).map((_, n) => `${row}.${lost(n)}`);
  return [
    written(clock(spec), [sameKeys(spec, 'clock', row)]),
    ...(rivals.length === 0
      ? []
      : [
          written(clock(spec), [
            `clock.${clockRowid(spec)} IN (${[...rivals, `${row}.taken`].join(', ')})`,
          ]),
        ]),
    ...referencesOf(spec).map((reference) =>
      written(quoteName(clockTable(reference.parent)), [
        areEqual(valuesOf(spec, reference.columns, row), parentKeys(reference, 'clock')),
      ]),
    ),
  ];
}
