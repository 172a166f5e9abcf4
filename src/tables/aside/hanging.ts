import type { ReferenceSpec } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block, type Layout } from '../../sql/layout.js';
import { clockTable } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clock, clockRowid, sameKeys, sameRow } from '../clock/table.js';
import { parentKeys } from './pass.js';
import { areEqual, baseValuesOf, valuesOf } from './sql.js';
import { aside, lost, SETTLED } from './table.js';

/*
 * FROM clauses: rows aside, as `beside`, with the clock of a row that they hang on. CROSS JOIN begins with what was
 * written since all was settled: the planner knows no sizes, and would read whole tables for a merge of one row.
 */

/** SQL condition: a row with this clock was written since all was settled. */
export const isNew = (clockOfRow: string) => `${clockOfRow}.db_version > ${SETTLED}`;

/** `clock` is its own. */
export const besideOwn = (spec: TableSpec): Layout =>
  block`FROM ${clock(spec)} AS clock CROSS JOIN ${aside(spec)} AS beside ON ${sameKeys(spec, 'beside', 'clock')}`;

/** `clock` is of the row that it lost to in a unique index. */
export const besideWinner = (spec: TableSpec, n: number): Layout =>
  block`FROM ${clock(spec)} AS clock CROSS JOIN ${aside(spec)} AS beside ON beside.${lost(n)} = clock.${clockRowid(spec)}`;

/** `clock` is of a row that shows the values which it has in these columns. */
export const besideValues = (spec: TableSpec, columns: readonly string[]): Layout => block`
  FROM ${clock(spec)} AS clock
  CROSS JOIN ${quoteName(spec.name)} AS base ON ${sameRow(spec, 'clock', 'base')}
  CROSS JOIN ${aside(spec)} AS beside ON ${areEqual(valuesOf(spec, columns, 'beside'), baseValuesOf(columns, 'base'))}`;

/** `parent` is the clock of the row that it refers to. */
export const besideParent = (spec: TableSpec, reference: ReferenceSpec): Layout => block`
  FROM ${quoteName(clockTable(reference.parent))} AS parent
  CROSS JOIN ${aside(spec)} AS beside ON ${areEqual(valuesOf(spec, reference.columns, 'beside'), parentKeys(reference))}`;
