import type { TableSpec } from '../../model/table-spec.js';
import { all, block } from '../../sql/layout.js';
import { keyOf, PASS_TABLE, SETTLING_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { stampRows } from '../clock/repair.js';
import { CLOCK, clock, IS_ALIVE, sameKeys } from '../clock/table.js';
import type { Inspection, Invariant } from '../invariant.js';
import { isEmpty, ROW, STATE_VERSION, says, shownText } from '../invariant-sql.js';
import { isShown, maskInvariants, reasonInvariant, STATE } from './inspect-reasons.js';
import { inspectReferences } from './inspect-references.js';
import { isMasked } from './masks.js';
import { decideAgain, removeAside, updateAside } from './repair.js';
import { isBaseOf } from './sql.js';
import { ASIDE, aside } from './table.js';

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
    ...inspectReferences(spec),
    {
      table: spec.name,
      invariants: [
        // Not crr_rival: OR IGNORE leaves rows noted there.
        isEmpty(PASS_TABLE),
        settlingInvariant(),
      ],
    },
  ];
}

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

function settlingInvariant(): Invariant {
  return {
    code: 'settled-ahead',
    broken: block`(SELECT count(*) FROM ${SETTLING_TABLE} WHERE id = 1 AND typeof(settled) = 'integer' AND settled <= ifnull(${STATE_VERSION}, settled)) <> 1`,
    found: block`'settled ' || ifnull((SELECT ${shownText('settled')} FROM ${SETTLING_TABLE}), 'nothing')`,
    expected: says('at most the db_version of the database'),
    repairs: [
      {
        step: 'state',
        statements: [
          `INSERT OR REPLACE INTO ${SETTLING_TABLE} (id, settled, moved_in, parks) VALUES (1, -1, 0, 0)`,
        ],
        settles: true,
      },
    ],
  };
}
