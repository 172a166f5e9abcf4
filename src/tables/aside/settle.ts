import { maskableColumns, referencesOf, uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, list, statementText } from '../../sql/layout.js';
import {
  asideTable,
  clockTable,
  GUARD_TABLE,
  SETTLING_TABLE,
  STATE_TABLE,
} from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clock, sameRow } from '../clock/table.js';
import { refuseRejected } from './again.js';
import { openConcerned } from './closed.js';
import { isNew } from './hanging.js';
import { isMasked } from './masks.js';
import { openNear, reopenChildren } from './near.js';
import { openMasked, openParked } from './open.js';
import {
  fewPassStatements,
  forgetPasses,
  MOST_PASSES,
  parentKeys,
  passStatements,
  SECOND_PASS,
  THIRD_PASS,
} from './pass.js';
import { rankStatement } from './rank.js';
import { parkKnown, parkRejected } from './rejected.js';
import { showStatements } from './show.js';
import {
  areEqual,
  baseValuesOf,
  isKnownOrphan,
  isPlain,
  lacksParent,
  lacksShownParent,
  moveAside,
  valuesOf,
} from './sql.js';
import { aside, lost, mask } from './table.js';

/*
 * Settling decides what the base tables show, from the merged rows alone:
 *
 *     0  a row that must have a parent leaves if it has none, and those below it with it
 *     1  in each table, in the order of their keys, rows claim their unique values; who loses is masked or leaves
 *     2  rows leave that the database is known to reject, and rows whose parents left in 1 or here; they go on holding
 *        their claims
 *     3  what remains is shown; a reference to a row that is not shown shows NULL
 *     4  rows that the database rejects as they would be shown leave, and those below them with them
 *
 * Rows aside are decided anew, masked ones if something concerns them (see closed.ts), and base rows only where they clash
 * with these. Source: the greatest fixpoint of
 * step 0 and the claims in a total order make the result a function of the merged rows, so sites agree without
 * messages, and nothing is written because of a conflict. See docs/constraints.md.
 */

/**
 * What a batch that settles decides about: of the tables that it names, rows that something was written about, or all
 * rows of all tables. The first one is sent again as the second if that was not enough.
 */
export interface SettleScope {
  readonly specs: readonly TableSpec[];
  readonly isWhole: boolean;
}

/** The first half of deciding what is shown: which rows have their parents, and which their unique values. */
export function claimStatements({ specs, isWhole }: SettleScope): string[] {
  const each = (write: (spec: TableSpec) => readonly string[]) => specs.flatMap(write);
  return [
    `UPDATE ${SETTLING_TABLE} SET moved_in = 0`,
    ...each((spec) => [openParked(spec)]),
    ...each(isWhole ? (spec) => openMasked(spec) : openConcerned),
    ...each(openOrphans),
    ...each(parkOrphans),
    ...(isWhole ? [...passStatements(1), refuseDeep(MOST_PASSES)] : fewPassStatements(1)),
    ...(isWhole ? [] : each(openNear)),
    `UPDATE ${SETTLING_TABLE} SET moved_in = ${SECOND_PASS - 1}`,
    ...each((spec) => (uniquesOf(spec).length === 0 ? [] : [rankStatement(spec)])),
    ...each((spec) => [parkKnown(spec)]),
  ];
}

/** The second half: rows leave whose parents do, and the others get their masks. */
export function leaveStatements({ specs, isWhole }: SettleScope): string[] {
  const each = (write: (spec: TableSpec) => readonly string[]) => specs.flatMap(write);
  return [
    ...(isWhole
      ? [...passStatements(SECOND_PASS), refuseDeep(SECOND_PASS + MOST_PASSES - 1)]
      : fewPassStatements(SECOND_PASS)),
    ...each(openChildren),
    ...(isWhole ? [] : each(reopenChildren)),
    ...each(setMasks),
  ];
}

/** Shows it. */
export function showDecidedStatements({ specs, isWhole }: SettleScope): string[] {
  const each = (write: (spec: TableSpec) => readonly string[]) => specs.flatMap(write);
  const show = [...showStatements(specs), ...each((spec) => [parkRejected(spec)])];
  if (!isWhole) return [...show, ...each((spec) => [refuseRejected(spec)]), forgetPasses];
  return [
    ...show,
    moveIfRejected(specs),
    ...passStatements(THIRD_PASS),
    refuseDeep(THIRD_PASS + MOST_PASSES - 1),
    forgetPasses,
    ...each(openChildren),
    ...each(setMasks),
    ...showStatements(specs, HAS_REJECTED),
  ];
}

/** The passes of step 4 run if it has parked a row. */
function moveIfRejected(specs: readonly TableSpec[]): string {
  const rejected = specs.map(
    (spec) => `EXISTS (SELECT 1 FROM ${aside(spec)} WHERE state = 'rejected')`,
  );
  return statementText`
    UPDATE ${SETTLING_TABLE}
    SET moved_in = CASE WHEN ${any(rejected)} THEN ${THIRD_PASS - 1} ELSE 0 END`;
}

const HAS_REJECTED = `(SELECT moved_in FROM ${SETTLING_TABLE}) > 0`;

/** What was parked by a look at its own parents is remembered as such: see staysOrphan(). */
const IF_ORPHAN = "CASE WHEN state = 'reference' AND pass = 0 THEN";

/** After the report: what is shown as it is merged is not aside any more. */
export function endSettleStatements(specs: readonly TableSpec[]): string[] {
  return specs.flatMap((spec) => [
    statementText`
      DELETE FROM ${aside(spec)}
      WHERE state = 'open' AND NOT ${isMasked(spec, aside(spec))}`,
    statementText`
      UPDATE ${aside(spec)}
      SET
        ${list([
          "state = CASE WHEN error = '' THEN 'open' ELSE nullif(state, 'open') END",
          `was = CASE WHEN error = '' THEN state ELSE ${IF_ORPHAN} 'reference' END END`,
          "error = CASE WHEN state <> 'open' THEN nullif(error, '') END",
          'was_masked = NULL',
          `pass = ${IF_ORPHAN} 0 END`,
        ])}
      WHERE state > '' AND NOT ${isKnownOrphan(aside(spec))}`,
  ]);
}

/** Everything up to the present db_version is settled; writes of the running transaction may yet come. */
export const NOTE_SETTLED = statementText`
  UPDATE ${SETTLING_TABLE}
  SET settled = (SELECT db_version - in_transaction FROM ${STATE_TABLE})`;

/** Nothing counts as settled, so the next apply decides about every row. */
export const FORGET_SETTLED = `UPDATE ${SETTLING_TABLE} SET settled = -1`;

/** Opens base rows that were written, or whose parents were, since all was settled, if the parents are not there. */
function openOrphans(spec: TableSpec): string[] {
  return referencesOf(spec).flatMap((reference) => {
    const values = baseValuesOf(reference.columns, 'base');
    const head = moveAside(spec);
    return [
      statementText`
        ${head}
        FROM ${clock(spec)} AS clock
        CROSS JOIN ${quoteName(spec.name)} AS base ON ${sameRow(spec, 'clock', 'base')}
        WHERE
          ${all([isNew('clock'), lacksShownParent(reference, values)])}`,
      statementText`
        ${head}
        FROM ${quoteName(clockTable(reference.parent))} AS gone
        CROSS JOIN ${quoteName(spec.name)} AS base ON ${areEqual(values, parentKeys(reference, 'gone'))}
        WHERE
          ${all([
            isNew('gone'),
            'gone.causal_length % 2 = 0',
            lacksShownParent(reference, values),
          ])}`,
    ];
  });
}

/** Step 0, as far as a look at each row's own parents goes. */
function parkOrphans(spec: TableSpec): string[] {
  const isOrphan = referencesOf(spec)
    .filter(({ hides }) => hides === 'row')
    .map((reference) => {
      const values = valuesOf(spec, reference.columns, aside(spec));
      return lacksParent(reference, values);
    });
  if (isOrphan.length === 0) return [];
  return [
    statementText`
      UPDATE ${aside(spec)}
      SET
        state = 'reference',
        pass = 0
      WHERE
        state = 'open'
        AND (
          ${any(isOrphan)}
        )`,
  ];
}

function refuseDeep(lastPass: number): string {
  return statementText`
    INSERT INTO ${GUARD_TABLE} (reason)
    SELECT 'deep' FROM ${SETTLING_TABLE} WHERE moved_in >= ${lastPass}`;
}

/** Base rows whose reference to a row that is parked now shows NULL. */
function openChildren(spec: TableSpec): string[] {
  return referencesOf(spec)
    .filter(({ hides, parentMayHide }) => hides === 'column' && parentMayHide)
    .map((reference) => {
      const values = baseValuesOf(reference.columns, 'base');
      return statementText`
        ${moveAside(spec)}
        FROM ${quoteName(asideTable(reference.parent))} AS parent
        CROSS JOIN ${quoteName(spec.name)} AS base ON ${areEqual(values, parentKeys(reference))}
        WHERE
          ${all(["parent.state <> 'open' AND parent.was IS NULL", isPlain(spec, 'base')])}`;
    });
}

function setMasks(spec: TableSpec): string[] {
  const masks = maskableColumns(spec);
  if (masks.length === 0) return [];
  const assignments = masks.map((name) => {
    const reasons = [
      ...uniquesOf(spec).flatMap(({ loser }, n) =>
        loser.shows !== 'nothing' && loser.column === name ? [`${lost(n)} IS NOT NULL`] : [],
      ),
      ...referencesOf(spec).flatMap((reference) => {
        if (reference.hides === 'row' || !reference.columns.includes(name)) return [];
        const values = valuesOf(spec, reference.columns, aside(spec));
        return [lacksParent(reference, values)];
      }),
    ];
    return block`
      ${mask(name)} = nullif(
        (
          ${any(reasons)}
        ), 0
      )`;
  });
  return [
    statementText`
      UPDATE ${aside(spec)}
      SET
        ${list(assignments)}
      WHERE state = 'open'`,
  ];
}
