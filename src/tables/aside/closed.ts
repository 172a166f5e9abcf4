import {
  maskableColumns,
  referencesOf,
  type UniqueSpec,
  uniquesOf,
} from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, block, type Fragment, statementText } from '../../sql/layout.js';
import { besideOwn, besideParent, besideValues, besideWinner, isNew } from './hanging.js';
import { openMasked } from './open.js';
import { aside, lost } from './table.js';

/*
 * Masked rows of which nothing has changed stay closed (state NULL) while others are decided: they go on claiming what
 * they claim, and showing what they show. So one more conflict costs what its own rows cost, however many there are.
 * A closed row is opened
 *
 *     if it, the row that it lost to, or its parent was written since all was settled, or a base row with a value
 *     that it claims
 *     if it lost to a row that is open, or that has left for want of a parent
 *     if it claims a value that an open row with a lesser key claims
 *     if it shows a value that an open row really has
 *
 * An opened row may concern others in turn. After one round of this, a batch that finds more is sent again, and
 * decides about all rows. Nothing of a closed row was written since all was settled, so its values aside are true.
 */

/** `pass` of a closed row that is to be opened. */
export const MARKED = -1;

/**
 * Whether a suffixed value is found where the base table shows it. It is not if another column of the same index may
 * be masked, too; then all masked rows are opened.
 */
export function canStayClosed(spec: TableSpec): boolean {
  const maskable = new Set(maskableColumns(spec));
  const isNulled = uniquesOf(spec).some(
    ({ loser }) => loser.shows === 'null' && suffixes(spec).has(loser.column),
  );
  const isAlone = suffixed(spec).every(
    ({ columns }) => columns.filter((name) => maskable.has(name)).length === 1,
  );
  return isAlone && !isNulled;
}

/** Columns that show a suffix. */
const suffixes = (spec: TableSpec): ReadonlySet<string> =>
  new Set(uniquesOf(spec).flatMap(({ loser }) => (loser.shows === 'suffix' ? [loser.column] : [])));

/** The unique indexes that hold such a column. */
export const suffixed = (spec: TableSpec): UniqueSpec[] =>
  uniquesOf(spec).filter(({ columns }) => columns.some((name) => suffixes(spec).has(name)));

/** Opens masked rows that were written since all was settled, or that hang on something that was. */
export function openConcerned(spec: TableSpec): string[] {
  if (maskableColumns(spec).length === 0) return [];
  if (!canStayClosed(spec)) return openMasked(spec);
  return [
    mark(spec, besideOwn(spec), [isNew('clock')]),
    ...uniquesOf(spec).flatMap(({ columns }, n) => [
      mark(spec, besideWinner(spec, n), [isNew('clock')]),
      // Its winner had no clock.
      mark(spec, block`FROM ${aside(spec)} AS beside`, [`beside.${lost(n)} = -1`]),
      mark(spec, besideValues(spec, columns), [isNew('clock'), `beside.${lost(n)} IS NULL`]),
    ]),
    ...referencesOf(spec).map((reference) =>
      mark(spec, besideParent(spec, reference), [isNew('parent')]),
    ),
    ...openMarked(spec),
  ];
}

/** `+` keeps the planner from the index of `state`, under which all closed rows are alike. */
export function mark(spec: TableSpec, from: Fragment, where: readonly Fragment[]): string {
  return statementText`
    UPDATE ${aside(spec)}
    SET pass = ${MARKED}
    WHERE
      +state IS NULL
      AND rowid IN (
        SELECT beside.rowid
        ${from}
        WHERE
          ${all([...where, '+beside.state IS NULL'])}
      )`;
}

export const openMarked = (spec: TableSpec) =>
  openMasked(spec, [`${aside(spec)}.pass = ${MARKED}`]);
