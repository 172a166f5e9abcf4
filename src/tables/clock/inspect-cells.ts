import { versionFitsSql } from '../../columns/versions.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { all, block } from '../../sql/layout.js';
import type { Invariant } from '../invariant.js';
import { isInteger, isKnownSite, says, shownText } from '../invariant-sql.js';
import { DB_VERSION } from '../state/table.js';
import { cellVersionSql, NO_CLOCK } from './clock.js';
import { OFFERED_AGAIN, STAMP_NOW, updateClocks } from './repair.js';
import { countOf, dbVersionOf, isCellClock, seqOf, siteOf, stampOf } from './stamp-sql.js';
import { CLOCK, cellClock } from './table.js';

/** What holds of the clocks of a living row's cells. */
export function clockInvariants(spec: TableSpec): Invariant[] {
  return spec.clockColumns.flatMap((column) => ofColumn(spec, column));
}

function ofColumn(spec: TableSpec, column: ReplicatedColumnSpec): Invariant[] {
  const own = cellClock(column.name);
  const x = `${CLOCK}.${own}`;
  const stamp = `(${stampOf(x)})`;
  const version = cellVersionSql(column.name, `${CLOCK}.`);
  const isAlive = `${CLOCK}.causal_length % 2 = 1`;
  const isClock = `${x} IS NOT NULL AND ${isCellClock(x)}`;
  // A cell that nobody has written has no version, or the row has none.
  const isUnwritten = `ifnull(${x} = ${NO_CLOCK}, ${CLOCK}.row_version = 0)`;
  const isVersionBroken = block`
    ${isAlive}
    AND ${isInteger(`${CLOCK}.row_version`)}
    AND CASE
      WHEN ${x} IS NOT NULL AND NOT ${isCellClock(x)} THEN true
      ELSE NOT (${isUnwritten}) AND NOT (${versionFitsSql(column, `(${version})`)})
    END`;
  const isStamped = [isAlive, isClock, `${stamp} <> ''`];
  const isAhead = all([...isStamped, `${dbVersionOf(stamp)} > ${CLOCK}.db_version`]);
  const isSiteBroken = all([...isStamped, block`NOT (${isKnownSite(siteOf(stamp))})`]);
  const found = block`'clock ' || ${shownText(x)}`;
  return [
    {
      code: 'clock-version',
      column: column.name,
      broken: isVersionBroken,
      found: block`'clock ' || ${shownText(x)} || ', row_version ' || ${shownText(`${CLOCK}.row_version`)}`,
      expected: says("a version of the column's type, with the stamp @db_version:site:seq"),
      repairs: [
        {
          step: 'stamp',
          // Version 1, whatever the row's.
          statements: updateClocks(spec, isVersionBroken, [
            ...OFFERED_AGAIN,
            `${own} = (1 - row_version) || ${STAMP_NOW}`,
          ]),
          forgets: true,
        },
      ],
    },
    {
      code: 'clock-ahead',
      column: column.name,
      broken: isAhead,
      found,
      expected: block`'at most ' || ${shownText(`${CLOCK}.db_version`)} || ', the db_version of the row'`,
      repairs: [
        {
          step: 'stamp',
          statements: updateClocks(spec, isAhead, [
            ...OFFERED_AGAIN,
            `${own} = (${countOf(own)}) || '@' || ${DB_VERSION} || substr(${own}, instr(${own}, ':'))`,
          ]),
        },
      ],
    },
    {
      code: 'clock-site',
      column: column.name,
      broken: isSiteBroken,
      found,
      expected: says('an ordinal of crr_site'),
      repairs: [
        {
          step: 'stamp',
          // No site's write, with the same version and value.
          statements: updateClocks(spec, isSiteBroken, [
            `${own} = (${countOf(own)}) || '@' || ${dbVersionOf(`(${stampOf(own)})`)} || ':0:' || ${seqOf(own)}`,
          ]),
        },
      ],
    },
  ];
}
