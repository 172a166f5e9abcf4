import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { existsRow } from '../aside/truth.js';
import { cells } from '../cells/table.js';
import type { Inspection, Invariant } from '../invariant.js';
import { isInteger, isKnownSite, STATE_VERSION, says, shownText } from '../invariant-sql.js';
import { DB_VERSION } from '../state/table.js';
import { backfillStatements, reconcileStatements, rowidOf } from './backfill.js';
import { cellVersionSql, NO_CLOCK } from './clock.js';
import { clockInvariants } from './inspect-cells.js';
import {
  deleteClocks,
  OFFERED_AGAIN,
  raiseDbVersion,
  rewritten,
  STAMP_NOW,
  stampRows,
  updateClocks,
} from './repair.js';
import { dbVersionOf, isStamp, siteOf } from './stamp-sql.js';
import { CLOCK, cellClock, clock, sameRow } from './table.js';

const ROW = 'crr_base';
const IS_ALIVE = `${CLOCK}.causal_length % 2 = 1`;
const IS_DEAD = `${CLOCK}.causal_length % 2 = 0`;

/** Each row has a clock, each living clock a row, and a tombstone has none. */
export function inspectClocks(spec: TableSpec): Inspection[] {
  return [inspectRows(spec), inspectClockRows(spec)];
}

function inspectRows(spec: TableSpec): Inspection {
  return {
    table: spec.name,
    rows: {
      from: quoteName(spec.name),
      alias: ROW,
      rowid: rowidOf(spec),
      key: { spec, of: (name) => `${ROW}.${quoteName(name)}` },
    },
    invariants: [
      {
        code: 'row-without-clock',
        broken: block`
          NOT EXISTS (
            SELECT 1 FROM ${clock(spec)} AS ${CLOCK}
            WHERE ${sameRow(spec, CLOCK, ROW)}
          )`,
        found: says('a row that has no clock, so no other site gets it'),
        expected: says('a clock; a repair takes the row for one that was written here, now'),
        repairs: [
          {
            step: 'stamp',
            statements: [
              ...(spec.cellColumns.length === 0 ? [] : stampRows(spec, cells(spec), hasRow(spec))),
              ...backfillStatements(spec),
            ],
            forgets: true,
          },
        ],
      },
    ],
  };
}

/** SQL condition: the row `stamped` is there. */
const hasRow = (spec: TableSpec) => existsRow(spec, (name) => `stamped.${quoteName(keyOf(name))}`);

function inspectClockRows(spec: TableSpec): Inspection {
  return {
    table: spec.name,
    rows: {
      from: clock(spec),
      alias: CLOCK,
      rowid: 'rowid',
      key: { spec, of: (name) => `${CLOCK}.${quoteName(keyOf(name))}` },
    },
    invariants: [
      lifeInvariant(spec),
      ...rowInvariants(spec),
      tombstoneInvariant(spec),
      ...rowClockInvariants(spec),
      sentinelInvariant(spec),
      ...clockInvariants(spec),
    ],
  };
}

/** The greatest causal length ever seen says whether the row is alive. A row that was evicted in its first life has 0. */
function lifeInvariant(spec: TableSpec): Invariant {
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

function rowInvariants(spec: TableSpec): Invariant[] {
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
function tombstoneInvariant(spec: TableSpec): Invariant {
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

function rowClockInvariants(spec: TableSpec): Invariant[] {
  const of = (column: string) => `${CLOCK}.${column}`;
  const isVersionBroken = all([IS_ALIVE, `NOT ${isInteger(of('row_version'))}`]);
  const isSiteBroken = all([
    IS_ALIVE,
    `${of('row_version')} > 0`,
    block`NOT (${isInteger(of('row_seq'))} AND ifnull(${isKnownSite(of('row_site'))}, false))`,
  ]);
  const isAhead = any([
    `NOT ${isInteger(of('db_version'), 0, STATE_VERSION)}`,
    `${of('db_version')} = 0 AND ${IS_ALIVE}`,
  ]);
  const isRowAhead = all([
    `${of('row_db_version')} IS NOT NULL`,
    `NOT ${isInteger(of('row_db_version'), 0, of('db_version'))}`,
  ]);
  const greatest = block`(SELECT max(db_version) FROM ${clock(spec)} WHERE ${isInteger('db_version', 0, MOST_RAISED)})`;
  return [
    {
      code: 'clock-version',
      broken: isVersionBroken,
      found: block`'row_version ' || ${shownText(of('row_version'))}`,
      expected: says('an integer from 0 to 2^53 - 1'),
      repairs: [
        {
          step: 'stamp',
          statements: updateClocks(spec, isVersionBroken, rewritten(spec)),
          forgets: true,
        },
      ],
    },
    {
      code: 'clock-site',
      broken: isSiteBroken,
      found: block`'site ' || ${shownText(of('row_site'))} || ', seq ' || ${shownText(of('row_seq'))}`,
      expected: says('an ordinal of crr_site, and a number'),
      repairs: [
        {
          step: 'stamp',
          statements: updateClocks(spec, isSiteBroken, ['row_site = 0', 'row_seq = 1']),
        },
      ],
    },
    {
      code: 'clock-ahead',
      broken: isAhead,
      found: block`'db_version ' || ${shownText(of('db_version'))}`,
      expected: block`'at most ' || ${STATE_VERSION} || ', the db_version of the database'`,
      repairs: [
        { step: 'state', statements: [raiseDbVersion(greatest)] },
        {
          // What that does not explain.
          step: 'stamp',
          statements: updateClocks(spec, isAhead, [
            'row_db_version = NULL',
            `db_version = ${DB_VERSION}`,
          ]),
        },
      ],
    },
    {
      code: 'clock-ahead',
      broken: isRowAhead,
      found: block`'row_db_version ' || ${shownText(of('row_db_version'))}`,
      expected: block`'at most ' || ${shownText(of('db_version'))} || ', the db_version of the row'`,
      repairs: [
        {
          step: 'stamp',
          statements: updateClocks(spec, isRowAhead, [
            'row_db_version = NULL',
            `db_version = ${DB_VERSION}`,
          ]),
        },
      ],
    },
  ];
}

/** A greater db_version of a row is no reason to use up so many. */
export const MOST_RAISED = 2 ** 52;

/** A row is made known by its sentinel if it had a life before, or has no other clock. */
function sentinelInvariant(spec: TableSpec): Invariant {
  const x = `${CLOCK}.sentinel`;
  const hasNoCell = spec.clockColumns.map(({ name }) => `${cellVersionSql(name, `${CLOCK}.`)} < 0`);
  const isMissing: Fragment[] = [
    `${CLOCK}.causal_length > 1 AND ${CLOCK}.db_version <> 0`,
    all([IS_ALIVE, ...hasNoCell]),
  ];
  const broken = block`
    CASE
      WHEN ${x} IS NULL THEN (
        ${any(isMissing)}
      )
      WHEN NOT ${isStamp(x)} THEN true
      ELSE (
        ${dbVersionOf(x)} > ${CLOCK}.db_version AND ${CLOCK}.db_version <> 0
        OR NOT (${isKnownSite(siteOf(x))})
      )
    END`;
  return {
    code: 'sentinel-malformed',
    broken,
    found: block`'sentinel ' || ${shownText(x)}`,
    expected: says('the stamp @db_version:site:seq of a time before the db_version of the row'),
    repairs: [
      {
        step: 'stamp',
        statements: updateClocks(spec, broken, [...OFFERED_AGAIN, `sentinel = ${STAMP_NOW}`]),
      },
    ],
  };
}
