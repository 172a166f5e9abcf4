import {
  maskableColumns,
  referencesOf,
  type UniqueSpec,
  uniquesOf,
} from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block, type Fragment, list, statementText } from '../../sql/layout.js';
import { asideTable, GUARD_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clock, clockRowid, sameKeys } from '../clock/table.js';
import { canStayClosed, MARKED, mark, openMarked, suffixed } from './closed.js';
import { masksText } from './masks.js';
import { parentKeys } from './pass.js';
import { areEqual, asideKey, baseKey, baseValuesOf, isBaseOf, moveAside, valuesOf } from './sql.js';
import { aside, lost } from './table.js';

/* Which closed rows the rows concern that are decided on: see closed.ts. */

/** After step 0: opens what the rows concern that are open, or that have left. */
export function openNear(spec: TableSpec): string[] {
  if (uniquesOf(spec).length === 0 || maskableColumns(spec).length === 0) return [];
  if (!canStayClosed(spec)) return [];
  return [
    ...uniquesOf(spec).map((unique) => moveRivals(spec, unique)),
    ...markNear(spec),
    ...openMarked(spec),
    ...markNear(spec),
    statementText`
      INSERT INTO ${GUARD_TABLE} (reason)
      SELECT 'unsettled' FROM ${aside(spec)} WHERE pass = ${MARKED} LIMIT 1`,
  ];
}

/** Base rows that have a value of an open row with a lesser key: they may lose it, and others with them. */
function moveRivals(spec: TableSpec, { columns }: UniqueSpec): string {
  return statementText`
    ${moveAside(spec)}
    FROM ${aside(spec)} AS source
    CROSS JOIN ${quoteName(spec.name)} AS base ON ${areEqual(baseValuesOf(columns, 'base'), valuesOf(spec, columns, 'source'))}
    WHERE source.state = 'open' AND ${baseKey(spec, 'base')} > ${asideKey(spec, 'source')}`;
}

function markNear(spec: TableSpec): string[] {
  const from = `FROM ${aside(spec)} AS source`;
  const isOpen = "source.state = 'open'";
  const hasLeft = "source.state = 'reference'";
  // A row that had no parent before claimed nothing.
  const wasOrphan = "(source.was IS 'reference' AND source.was_masked IS NULL)";
  const losers = (n: number, where: readonly Fragment[]) =>
    mark(
      spec,
      block`
        ${from}
        CROSS JOIN ${clock(spec)} AS clock ON ${sameKeys(spec, 'clock', 'source')}
        CROSS JOIN ${aside(spec)} AS beside ON beside.${lost(n)} = clock.${clockRowid(spec)}`,
      where,
    );
  return [
    ...uniquesOf(spec).flatMap(({ columns }, n) => [
      losers(n, [isOpen]),
      losers(n, [hasLeft, `NOT ${wasOrphan}`]),
      mark(
        spec,
        block`
          ${from}
          CROSS JOIN ${aside(spec)} AS beside ON ${areEqual(valuesOf(spec, columns, 'beside'), valuesOf(spec, columns, 'source'))}`,
        [
          isOpen,
          `beside.${lost(n)} IS NULL`,
          `${asideKey(spec, 'beside')} > ${asideKey(spec, 'source')}`,
        ],
      ),
    ]),
    ...suffixed(spec).map(({ columns }) =>
      mark(
        spec,
        block`
          ${from}
          CROSS JOIN ${quoteName(spec.name)} AS base ON ${areEqual(baseValuesOf(columns, 'base'), valuesOf(spec, columns, 'source'))}
          CROSS JOIN ${aside(spec)} AS beside ON ${isBaseOf(spec, 'beside', 'base')}`,
        [isOpen],
      ),
    ),
  ];
}

/** Masked rows that refer to a row which was parked, or is shown again: their losses stay as they are. */
export function reopenChildren(spec: TableSpec): string[] {
  return referencesOf(spec)
    .filter(({ hides, parentMayHide }) => hides === 'column' && parentMayHide)
    .map(
      (reference) => statementText`
        UPDATE ${aside(spec)}
        SET
          ${list(["state = 'open'", `was_masked = ${masksText(spec, aside(spec))}`])}
        WHERE
          +state IS NULL
          AND rowid IN (
            SELECT child.rowid
            FROM ${quoteName(asideTable(reference.parent))} AS parent
            CROSS JOIN ${aside(spec)} AS child
              ON ${areEqual(valuesOf(spec, reference.columns, 'child'), parentKeys(reference))}
            WHERE
              CASE parent.state
                WHEN 'open' THEN parent.was <> 'new'
                ELSE parent.state IS NOT NULL AND parent.was IS NULL
              END
          )`,
    );
}
