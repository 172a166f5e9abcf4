import { type ReferenceSpec, referencesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block, type Fragment, type Layout, lines, statementText } from '../../sql/layout.js';
import { GUARD_TABLE, STATE_TABLE } from '../../sql/names.js';
import { PRIOR_DB_VERSION } from '../apply/table.js';
import { GUARDS } from '../guard/table.js';
import { hasParked, isUnsettledAtFirst, MOST_TABLES } from './first-look.js';
import { isUnsettled } from './unsettled.js';

/*
 * A look at which tables may show something else than their merged rows say. It fails the batch if there are any, and
 * returns them in the text of the error, as a trial does: see guard/findings.ts. So the batch can be sent again with what
 * settles these tables, and no others: compiling that is what settling costs.
 */

/** What a look has found. */
export interface Look {
  /** The tables to settle. */
  readonly tables: ReadonlySet<string>;
  /** When: nothing may have been written since. */
  readonly moment: Moment;
}

export interface Moment {
  readonly dbVersion: number;
  readonly seq: number;
}

const FOUND = new RegExp(`${GUARDS.unsettled} (\\d+) (-?\\d+):([\\d,]*):([\\d,]*):(\\d+)-(\\d+);`);

/**
 * Looks at all tables of a schema with constraints.
 *
 * @param isFirst nothing is aside yet.
 * @param maxBytes of a statement: many tables take several.
 */
export function lookStatements(
  specs: readonly TableSpec[],
  isFirst: boolean,
  maxBytes: number,
): string[] {
  const isFound = isFirst ? isUnsettledAtFirst : isUnsettled;
  const chunks: LookedAt[][] = [];
  let bytes = 0;
  specs.forEach((spec, index) => {
    const table = { index, found: isFound(spec), parked: hasParked(spec) };
    const width = 2 * table.found.toString().length;
    const chunk = chunks.at(-1);
    bytes += width;
    if (chunk !== undefined && chunk.length < MOST_TABLES && bytes < maxBytes) chunk.push(table);
    else {
      chunks.push([table]);
      bytes = width;
    }
  });
  return chunks.map(look);
}

interface LookedAt {
  readonly index: number;
  readonly found: Layout;
  readonly parked: Fragment;
}

/** LIMIT keeps SQLite from compiling the conditions at each place where their result is used. */
const look = (tables: readonly LookedAt[]): string =>
  statementText`
    SELECT json_extract(
      '{}',
      '${GUARDS.unsettled} ' || ${PRIOR_DB_VERSION} || ' ' || (SELECT seq FROM ${STATE_TABLE})
        || ':' || found || ':'
        ${lines(tables.map(({ index, parked }) => flag(index, parked)))}
        || ':${tables[0]!.index}-${tables.at(-1)!.index};'
    ) AS unsettled
    FROM (
      SELECT
        ''
        ${lines(tables.map(({ index, found }) => flag(index, found)))}
        AS found
      LIMIT 1
    )
    WHERE found <> ''`;

const flag = (index: number, condition: Fragment): Layout => block`
  || CASE
    WHEN
      ${condition}
    THEN '${index},'
    ELSE ''
  END`;

/**
 * Reads what a look has found.
 *
 * @param message of the error with which the batch failed.
 * @param specs at which it looked.
 * @returns undefined if it was another error.
 */
export function readLook(message: string, specs: readonly TableSpec[]): Look | undefined {
  const [, dbVersion, seq, unsettled, parked, first, last] = FOUND.exec(message) ?? [];
  if (unsettled === undefined || parked === undefined) return undefined;
  const named = (text: string) =>
    text
      .split(',')
      .filter((index) => index !== '')
      .map((index) => specs[Number(index)]!);
  // The statements before have found nothing, those after it have not run.
  const before = specs.slice(0, Number(first));
  const after = specs.slice(Number(last) + 1);
  return {
    tables: scope(
      specs,
      new Set([...named(unsettled), ...after]),
      new Set([...before, ...named(parked), ...after]),
    ),
    moment: { dbVersion: Number(dbVersion), seq: Number(seq) },
  };
}

/**
 * A table goes with those whose rows may hang on its rows. And whether a row keeps its claims although its parent is
 * parked depends on why that one is.
 */
function scope(
  specs: readonly TableSpec[],
  unsettled: ReadonlySet<TableSpec>,
  parked: ReadonlySet<TableSpec>,
): Set<string> {
  const isParent = (spec: TableSpec, { parent }: ReferenceSpec) => spec.name === parent;
  const found = new Set(unsettled);
  for (const member of found) {
    for (const spec of specs) {
      const isBelow = referencesOf(spec).some((reference) => isParent(member, reference));
      const isAbove = referencesOf(member).some((reference) => isParent(spec, reference));
      if (isBelow || (isAbove && parked.has(spec))) found.add(spec);
    }
  }
  return new Set([...found].map(({ name }) => name));
}

/** Has the batch sent again, as a whole, if something was written since the look. */
export const refuseMoved = ({ dbVersion, seq }: Moment): string => statementText`
  INSERT INTO ${GUARD_TABLE} (reason)
  SELECT 'unsettled' FROM ${STATE_TABLE}
  WHERE db_version <> ${dbVersion} OR seq <> ${seq}`;
