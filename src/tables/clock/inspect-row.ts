import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment } from '../../sql/layout.js';
import type { Invariant } from '../invariant.js';
import { isInteger, isKnownSite, STATE_VERSION, says, shownText } from '../invariant-sql.js';
import { DB_VERSION } from '../state/table.js';
import { cellVersionSql } from './clock.js';
import { OFFERED_AGAIN, raiseDbVersion, rewritten, STAMP_NOW, updateClocks } from './repair.js';
import { dbVersionOf, isStamp, siteOf } from './stamp-sql.js';
import { CLOCK, clock, IS_ALIVE } from './table.js';

export function rowClockInvariants(spec: TableSpec): Invariant[] {
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
const MOST_RAISED = 2 ** 52;

/** A row is made known by its sentinel if it had a life before, or has no other clock. */
export function sentinelInvariant(spec: TableSpec): Invariant {
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
