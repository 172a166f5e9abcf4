import { referencesOf, uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, type Layout } from '../../sql/layout.js';
import { clockTable } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clock, clockRowid, sameKeys, sameRow } from '../clock/table.js';
import { parentKeys } from './pass.js';
import { isAnyLost } from './rivals.js';
import { areEqual, baseValuesOf, lacksShownParent, valuesOf } from './sql.js';
import { aside, hasRivals, lost, SETTLED } from './table.js';

/**
 * SQL condition: what the base table shows may not be what the merged rows say. CROSS JOIN begins with what was written
 * since: the planner knows no sizes, and would read whole tables for a merge of one row.
 */
export function isUnsettled(spec: TableSpec): Layout {
  const { name } = spec;
  const clockRow = `${clock(spec)} AS clock`;
  const rowid = clockRowid(spec);
  const concernsAside = [
    `EXISTS (SELECT 1 FROM ${aside(spec)} WHERE state = 'open')`,
    found(
      block`FROM ${clockRow} CROSS JOIN ${aside(spec)} AS beside ON ${sameKeys(spec, 'beside', 'clock')}`,
      [isNew('clock')],
    ),
    ...uniquesOf(spec).map((_, n) =>
      found(
        block`FROM ${clockRow} CROSS JOIN ${aside(spec)} AS beside ON beside.${lost(n)} = clock.${rowid}`,
        [isNew('clock')],
      ),
    ),
    // Only of a row that is parked; there is no index of it.
    ...(uniquesOf(spec).some(({ loser }) => loser.shows === 'suffix')
      ? [
          found(
            block`FROM ${clockRow} CROSS JOIN ${aside(spec)} AS beside ON beside.taken = clock.${rowid}`,
            [isNew('clock'), "beside.state = 'unique'"],
          ),
        ]
      : []),
    // A row that left after its parent goes on holding its claims, and so does one that is masked in another index.
    ...uniquesOf(spec).map(({ columns }, n) =>
      found(
        block`
          FROM ${clockRow}
          CROSS JOIN ${quoteName(name)} AS base ON ${sameRow(spec, 'clock', 'base')}
          CROSS JOIN ${aside(spec)} AS beside ON ${areEqual(valuesOf(spec, columns, 'beside'), baseValuesOf(columns, 'base'))}`,
        [
          isNew('clock'),
          `ifnull(beside.state, 'rejected') IN ('reference', 'rejected') AND beside.${lost(n)} IS NULL`,
        ],
      ),
    ),
    ...referencesOf(spec).map((reference) =>
      found(
        block`
          FROM ${quoteName(clockTable(reference.parent))} AS parent
          CROSS JOIN ${aside(spec)} AS beside ON ${areEqual(valuesOf(spec, reference.columns, 'beside'), parentKeys(reference))}`,
        [isNew('parent')],
      ),
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

const isNew = (row: string) => `${row}.db_version > ${SETTLED}`;

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
        ${all([...where, `clock.db_version > ${SETTLED}`])}
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
