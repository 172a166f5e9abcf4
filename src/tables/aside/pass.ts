import { type ReferenceSpec, referencesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block, type Fragment, list, statementText } from '../../sql/layout.js';
import { asideTable, GUARD_TABLE, keyOf, PASS_TABLE, SETTLING_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { areEqual, baseRow, baseValuesOf, isPlain, valuesOf } from './sql.js';
import { aside, asideColumns } from './table.js';

/*
 * A row that must have a parent is parked with its parent, and so are those below it: a fixpoint over all tables.
 * SQLite has no loop, so rows are inserted into crr_pass, and each fires a trigger of every table that parks
 * the rows whose parents were parked in the pass before. Once a pass has moved nothing the triggers rest.
 */

/** The most passes of one fixpoint, so the deepest tree that it can park. */
export const MOST_PASSES = 8 + 64 + 65_536;

/** The first pass of the second fixpoint of an apply, and of the third: see settle.ts. */
export const SECOND_PASS = MOST_PASSES + 1;
export const THIRD_PASS = SECOND_PASS + MOST_PASSES;

/** How many passes are run at first: nearly always they are enough, and each statement compiles all triggers. */
const FEW_PASSES = 8;

/** Runs the first few passes from `first` on, and has the batch sent again if rows are below these. */
export function fewPassStatements(first: number): string[] {
  const [few] = passStatements(first);
  return [
    few!,
    statementText`
      INSERT INTO ${GUARD_TABLE} (reason)
      SELECT 'unsettled' FROM ${SETTLING_TABLE} WHERE moved_in >= ${first + FEW_PASSES - 1}`,
  ];
}

/** Runs the passes from `first` on: a few first, and the others only if these were not enough. */
export function passStatements(first: number): string[] {
  const numbers = (count: number) => `json_each('[${[...Array(count).keys()].join(',')}]')`;
  const run = (begin: number, source: string, pass: string) => statementText`
    INSERT INTO ${PASS_TABLE} (pass)
    SELECT ${first + begin} + ${pass}
    FROM ${source}
    WHERE (SELECT moved_in FROM ${SETTLING_TABLE}) >= ${first + begin - 1}
    ORDER BY 1`;
  return [
    run(0, `${numbers(FEW_PASSES)} AS few`, 'few.value'),
    run(FEW_PASSES, `${numbers(64)} AS some`, 'some.value'),
    run(
      72,
      `${numbers(64)} AS high, ${numbers(64)} AS middle, ${numbers(16)} AS low`,
      'high.value * 1024 + middle.value * 16 + low.value',
    ),
  ];
}

export const forgetPasses = `DELETE FROM ${PASS_TABLE}`;

/** The references through which a parked row takes rows along. */
const hard = (spec: TableSpec) =>
  referencesOf(spec).filter(({ hides, parentMayHide }) => hides === 'row' && parentMayHide);

export function passTriggers(spec: TableSpec): TriggerSql[] {
  if (hard(spec).length === 0) return [];
  const moved = `UPDATE ${SETTLING_TABLE} SET moved_in = new.pass WHERE changes() > 0`;
  return [
    triggerSql(spec, 'pass', {
      comment: 'rows whose parents were parked in the pass before',
      on: `AFTER INSERT ON ${PASS_TABLE}`,
      when: [`(SELECT moved_in FROM ${SETTLING_TABLE}) >= new.pass - 1`],
      body: hard(spec).flatMap((reference) => [
        parkOpen(spec, reference),
        moved,
        parkShown(spec, reference),
        moved,
      ]),
    }),
  ];
}

const WAS_PARKED = "parent.pass >= new.pass - 1 AND parent.state <> 'open'";

function parkOpen(spec: TableSpec, reference: ReferenceSpec): Fragment {
  return block`
    UPDATE ${aside(spec)}
    SET
      state = 'reference',
      pass = new.pass
    WHERE
      ifnull(state, 'open') = 'open'
      AND rowid IN (
        SELECT child.rowid
        FROM ${quoteName(asideTable(reference.parent))} AS parent
        CROSS JOIN ${aside(spec)} AS child
          ON ${areEqual(valuesOf(spec, reference.columns, 'child'), parentKeys(reference))}
        WHERE ${WAS_PARKED}
      )`;
}

/** Only a parent that was shown before has children that are. */
function parkShown(spec: TableSpec, reference: ReferenceSpec): Fragment {
  return block`
    INSERT INTO ${aside(spec)} (
      ${list([...asideColumns(spec), 'state', 'pass'])}
    )
    SELECT
      ${list([...baseRow(spec, 'child'), "'reference'", 'new.pass'])}
    FROM ${quoteName(asideTable(reference.parent))} AS parent
    CROSS JOIN ${quoteName(spec.name)} AS child
      ON ${areEqual(baseValuesOf(reference.columns, 'child'), parentKeys(reference))}
    WHERE
      ${WAS_PARKED}
      AND parent.was IS NULL
      AND ${isPlain(spec, 'child')}`;
}

export const parentKeys = (reference: ReferenceSpec, parent = 'parent') =>
  reference.parentKey.map((name) => `${parent}.${quoteName(keyOf(name))}`);
