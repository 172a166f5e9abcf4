import { maskableColumns, referencesOf, uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { clock, clockRowid, IS_ALIVE } from '../clock/table.js';
import type { Invariant } from '../invariant.js';
import { ROW, says, shownText } from '../invariant-sql.js';
import { shownValue } from './masks.js';
import { decideAgain } from './repair.js';
import { lacksShownParent, valuesOf } from './sql.js';
import { ASIDE, lost, mask } from './table.js';
import { isUnsettled } from './unsettled.js';

/** SQL of the state of a row aside, and the condition that the base table shows it. */
export const STATE = `${ASIDE}.state`;
export const isShown = (spec: TableSpec) => `${ROW}.${quoteName(spec.key[0]!.name)} IS NOT NULL`;

/** Why a row is parked. The database gives the reason if it rejects a row. */
export function reasonInvariant(spec: TableSpec): Invariant {
  const lacksParent = referencesOf(spec)
    .filter(({ hides }) => hides === 'row')
    .map((reference) => {
      const values = valuesOf(spec, reference.columns, ASIDE);
      return lacksShownParent(reference, values);
    });
  const hasWinner = [...uniquesOf(spec).map((_, n) => lost(n)), 'taken'].map((column) =>
    isLivingClock(spec, `${ASIDE}.${column}`),
  );
  const broken = all([
    IS_ALIVE,
    block`
      CASE ${STATE}
        WHEN 'reference' THEN NOT (
          ${any(lacksParent)}
        )
        WHEN 'unique' THEN NOT (
          ${any(hasWinner)}
        )
      END`,
    isSettled(spec),
  ]);
  return {
    code: 'aside-reason',
    broken,
    found: block`'parked: ' || ${STATE}`,
    expected: says(
      'a row that it refers to and that is not shown, or one that has its unique values',
    ),
    repairs: [decideAgain(spec, broken)],
  };
}

export function maskInvariants(spec: TableSpec): Invariant[] {
  const isMaskedRow = all([IS_ALIVE, `${STATE} IS NULL`, isShown(spec)]);
  return maskableColumns(spec).flatMap((name): Invariant[] => {
    const masked = `ifnull(${ASIDE}.${mask(name)}, 0)`;
    const shown = `${ROW}.${quoteName(name)}`;
    const given = shownValue(spec, name, ASIDE);
    const differs = all([
      isMaskedRow,
      block`(${masked} AND ${shown} IS NOT (${given}) OR ${masked} NOT IN (0, 1))`,
      isSettled(spec),
    ]);
    const hasNoReason = all([
      isMaskedRow,
      masked,
      block`
        NOT (
          ${any(reasonsToMask(spec, name))}
        )`,
      isSettled(spec),
    ]);
    return [
      {
        code: 'aside-mask',
        column: name,
        broken: differs,
        found: shownText(shown),
        expected: shownText(block`(${given})`),
        repairs: [decideAgain(spec, differs)],
      },
      {
        code: 'aside-reason',
        column: name,
        broken: hasNoReason,
        found: says('a value that is not shown'),
        expected: says(
          'a row that it refers to and that is not shown, or one that has its unique values',
        ),
        repairs: [decideAgain(spec, hasNoReason)],
      },
    ];
  });
}

function reasonsToMask(spec: TableSpec, column: string): Fragment[] {
  return [
    ...uniquesOf(spec).flatMap(({ loser }, n) =>
      loser.shows !== 'nothing' && loser.column === column
        ? [isLivingClock(spec, `${ASIDE}.${lost(n)}`)]
        : [],
    ),
    ...referencesOf(spec).flatMap((reference) => {
      if (reference.hides === 'row' || !reference.columns.includes(column)) return [];
      const values = valuesOf(spec, reference.columns, ASIDE);
      return [lacksShownParent(reference, values)];
    }),
  ];
}

const isLivingClock = (spec: TableSpec, rowid: string) => block`
  EXISTS (
    SELECT 1 FROM ${clock(spec)} AS winner
    WHERE winner.${clockRowid(spec)} = ${rowid} AND winner.causal_length % 2 = 1
  )`;

/** SQL condition: no write since all was settled concerns the table. */
export const isSettled = (spec: TableSpec) => block`
  NOT (
    ${isUnsettled(spec)}
  )`;
