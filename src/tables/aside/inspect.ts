import { maskableColumns, referencesOf, uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, statementText } from '../../sql/layout.js';
import {
  keyOf,
  PASS_TABLE,
  rankGate,
  rivalTable,
  SETTLING_TABLE,
  STATE_TABLE,
} from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { stampRows } from '../clock/repair.js';
import { CLOCK, clock, clockRowid, sameKeys } from '../clock/table.js';
import type { Inspection, Invariant, Repair } from '../invariant.js';
import { isEmpty, says, shownText } from '../invariant-sql.js';
import { isMasked, shownValue } from './masks.js';
import { isBaseOf, lacksShownParent, valuesOf } from './sql.js';
import { ASIDE, aside, lost, mask } from './table.js';
import { isUnsettled } from './unsettled.js';

const ROW = 'crr_base';
const STATE = `${ASIDE}.state`;

/**
 * A row aside is alive, is shown or parked, and has a reason. What a write has changed since all was settled is decided by
 * the next apply, and until then nothing is wrong.
 */
export function inspectAside(spec: TableSpec): Inspection[] {
  if (spec.constraints === undefined) return [];
  return [
    {
      table: spec.name,
      rows: {
        from: aside(spec),
        alias: ASIDE,
        rowid: 'rowid',
        joins: block`
          LEFT JOIN ${clock(spec)} AS ${CLOCK} ON ${sameKeys(spec, CLOCK, ASIDE)}
          LEFT JOIN ${quoteName(spec.name)} AS ${ROW} ON ${isBaseOf(spec, ASIDE, ROW)}`,
        key: { spec, of: (name) => `${ASIDE}.${quoteName(keyOf(name))}` },
      },
      invariants: [
        ...lifeInvariants(spec),
        ...stateInvariants(spec),
        reasonInvariant(spec),
        ...maskInvariants(spec),
      ],
    },
    {
      table: spec.name,
      invariants: [
        isEmpty(PASS_TABLE),
        ...(uniquesOf(spec).length === 0
          ? []
          : [isEmpty(rankGate(spec.name)), isEmpty(rivalTable(spec.name))]),
        settlingInvariant(),
      ],
    },
  ];
}

const IS_ALIVE = `${CLOCK}.causal_length % 2 = 1`;
const isShown = (spec: TableSpec) => `${ROW}.${quoteName(spec.key[0]!.name)} IS NOT NULL`;

function lifeInvariants(spec: TableSpec): Invariant[] {
  const isDead = `${CLOCK}.causal_length % 2 = 0`;
  return [
    {
      code: 'aside-without-clock',
      broken: `${CLOCK}.causal_length IS NULL`,
      found: says('a row aside that has no clock'),
      expected: says('a clock; a repair takes the row for one that was written here, now'),
      repairs: [
        { step: 'stamp', statements: stampRows(spec, aside(spec)), forgets: true, settles: true },
      ],
    },
    {
      code: 'aside-of-dead-row',
      broken: isDead,
      found: says('a row aside under a tombstone'),
      expected: says('no row'),
      repairs: [{ step: 'remove', statements: [removeAside(spec, isDead)], settles: true }],
    },
  ];
}

function stateInvariants(spec: TableSpec): Invariant[] {
  const broken = block`
    ${STATE} IS NOT NULL AND ${STATE} NOT IN ('open', 'reference', 'unique', 'rejected')`;
  const masked = isMasked(spec, ASIDE);
  const isDeleted = all([IS_ALIVE, `${STATE} IS NULL`, masked, `NOT (${isShown(spec)})`]);
  const isIdle = all([IS_ALIVE, `${STATE} IS NULL`, `NOT (${masked})`]);
  const isTwice = all([IS_ALIVE, `${STATE} IN ('reference', 'unique', 'rejected')`, isShown(spec)]);
  return [
    {
      code: 'aside-state',
      broken,
      found: shownText(STATE),
      expected: says("NULL, 'open', 'reference', 'unique' or 'rejected'"),
      repairs: [decideAgain(spec, broken)],
    },
    {
      code: 'aside-state',
      broken: isIdle,
      found: says('a row aside that is neither parked nor masked'),
      expected: says('a row that is one of both'),
      repairs: [
        {
          step: 'stamp',
          statements: [
            updateAside(spec, all([isIdle, `NOT (${isShown(spec)})`])),
            removeAside(spec, isIdle),
          ],
          settles: true,
        },
      ],
    },
    {
      code: 'clock-without-row',
      broken: isDeleted,
      found: says('a living clock and masks, without a row'),
      expected: says('a tombstone; a repair takes the row for one that was deleted here, now'),
      // Then the clock has no row at all.
      repairs: [{ step: 'remove', statements: [removeAside(spec, isDeleted)] }],
    },
    {
      code: 'aside-shown',
      broken: isTwice,
      found: block`'a row that is parked (' || ${STATE} || ') and shown'`,
      expected: says('one of both'),
      repairs: [decideAgain(spec, isTwice)],
    },
  ];
}

/** Why a row is parked. The database gives the reason if it rejects a row. */
function reasonInvariant(spec: TableSpec): Invariant {
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

function maskInvariants(spec: TableSpec): Invariant[] {
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
const isSettled = (spec: TableSpec) => block`
  NOT (
    ${isUnsettled(spec)}
  )`;

function settlingInvariant(): Invariant {
  return {
    code: 'settled-ahead',
    broken: block`(SELECT count(*) FROM ${SETTLING_TABLE} WHERE id = 1 AND typeof(settled) = 'integer' AND settled <= (SELECT db_version FROM ${STATE_TABLE})) <> 1`,
    found: block`'settled ' || ifnull((SELECT ${shownText('settled')} FROM ${SETTLING_TABLE}), 'nothing')`,
    expected: says('at most the db_version of the database'),
    repairs: [
      {
        step: 'state',
        statements: [
          `INSERT OR REPLACE INTO ${SETTLING_TABLE} (id, settled, moved_in, won) VALUES (1, -1, 0, 0)`,
        ],
        settles: true,
      },
    ],
  };
}

/** The next apply decides about rows. Those that are masked it decides about in any case. */
const decideAgain = (spec: TableSpec, where: Fragment): Repair => ({
  step: 'stamp',
  statements: [updateAside(spec, all([`${STATE} IS NOT NULL`, block`(${where})`]))],
  settles: true,
});

function updateAside(spec: TableSpec, where: Fragment): string {
  return statementText`
    UPDATE ${aside(spec)}
    SET state = 'open'
    WHERE rowid IN (
      ${asideWhere(spec, where)}
    )`;
}

function removeAside(spec: TableSpec, where: Fragment): string {
  return statementText`
    DELETE FROM ${aside(spec)}
    WHERE rowid IN (
      ${asideWhere(spec, where)}
    )`;
}

/** Their rowids. */
const asideWhere = (spec: TableSpec, where: Fragment) => block`
  SELECT ${ASIDE}.rowid
  FROM ${aside(spec)} AS ${ASIDE}
  LEFT JOIN ${clock(spec)} AS ${CLOCK} ON ${sameKeys(spec, CLOCK, ASIDE)}
  LEFT JOIN ${quoteName(spec.name)} AS ${ROW} ON ${isBaseOf(spec, ASIDE, ROW)}
  WHERE
    ${where}`;
