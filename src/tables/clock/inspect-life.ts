import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { existsRow } from '../aside/truth.js';
import type { Invariant } from '../invariant.js';
import { isInteger, ROW, says, shownText } from '../invariant-sql.js';
import { reconcileStatements } from './backfill.js';
import { NO_CLOCK } from './clock.js';
import { deleteClocks, updateClocks } from './repair.js';
import { CLOCK, cellClock, IS_ALIVE, IS_DEAD, sameRow } from './table.js';

/** The greatest causal length ever seen says whether the row is alive. A row that was evicted in its first life has 0. */
export function lifeInvariant(spec: TableSpec): Invariant {
  const x = `${CLOCK}.causal_length`;
  const broken = block`NOT ${isInteger(x)} OR ${x} = 0 AND ${CLOCK}.db_version <> 0`;
  return {
    code: 'clock-malformed',
    broken,
    found: block`'causal_length ' || ${shownText(x)}`,
    expected: says('an integer from 1 to 2^53 - 1'),
    repairs: [{ step: 'remove', statements: deleteClocks(spec, broken), forgets: true }],
  };
}

export function rowInvariants(spec: TableSpec): Invariant[] {
  const key = (name: string) => `${CLOCK}.${quoteName(keyOf(name))}`;
  const isGone = all([IS_ALIVE, block`NOT ${existsRow(spec, key)}`]);
  const base = block`
    EXISTS (
      SELECT 1 FROM ${quoteName(spec.name)} AS ${ROW}
      WHERE ${sameRow(spec, CLOCK, ROW)}
    )`;
  return [
    {
      code: 'clock-without-row',
      broken: isGone,
      found: says('a living clock without a row, neither in the table nor aside'),
      expected:
        spec.rows === 'growOnly'
          ? says('the row; a repair forgets the clock and gets the row from the peers again')
          : says('a tombstone; a repair takes the row for one that was deleted here, now'),
      repairs: [
        spec.rows === 'growOnly'
          ? { step: 'remove', statements: deleteClocks(spec, isGone), forgets: true }
          : { step: 'stamp', statements: reconcileStatements(spec) },
      ],
    },
    {
      code: 'tombstone-with-row',
      broken: all([IS_DEAD, base]),
      found: says('a row under a tombstone'),
      expected: says('a living clock; a repair takes the row for one that was created here, now'),
      repairs: [{ step: 'stamp', statements: reconcileStatements(spec) }],
    },
  ];
}

/** A tombstone has a sentinel and no cells. The clock of a row that was evicted has db_version 0, and may have none. */
export function tombstoneInvariant(spec: TableSpec): Invariant {
  const key = (name: string) => `${CLOCK}.${quoteName(keyOf(name))}`;
  const hasCells = any([
    `${CLOCK}.row_version IS NOT 0`,
    `${CLOCK}.row_site IS NOT NULL`,
    `${CLOCK}.row_seq IS NOT NULL`,
    ...spec.clockColumns.map(({ name }) => {
      const x = `${CLOCK}.${cellClock(name)}`;
      return `${x} IS NOT NULL AND ${x} IS NOT ${NO_CLOCK}`;
    }),
  ]);
  const broken = all([IS_DEAD, block`NOT ${existsRow(spec, key)}`, block`(${hasCells})`]);
  return {
    code: 'tombstone-malformed',
    broken,
    found: says('the tombstone of a row with clocks of its cells'),
    expected: says('no clocks but the sentinel'),
    repairs: [
      {
        step: 'stamp',
        statements: updateClocks(spec, broken, [
          'row_version = 0',
          ...['row_site = NULL', 'row_seq = NULL', 'row_db_version = NULL'],
          ...spec.clockColumns.map(({ name }) => `${cellClock(name)} = NULL`),
        ]),
      },
    ],
  };
}
