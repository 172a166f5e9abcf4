import { block } from '../../sql/layout.js';
import { PENDING_TABLE, STATE_TABLE } from '../../sql/names.js';
import type { Inspection, Invariant } from '../invariant.js';
import { isInteger, isKnownSite, STATE_VERSION, says, sharedRows } from '../invariant-sql.js';

/**
 * The least size of a pending change. Numbers do not count: they are written as a few bytes by what holds changes back, and
 * as long as their text by the triggers.
 */
const least = (row: string) =>
  `(length(${row}pk) + CASE WHEN typeof(${row}val) IN ('text', 'blob') THEN length(CAST(${row}val AS BLOB)) ELSE 0 END)`;

/** A pending change is one that a site could have sent, has a known writer, and counts with its size. */
export function inspectPending(): Inspection[] {
  const broken = (row: string) =>
    `${row}causal_length < 1 OR NOT ${isInteger(`${row}col_version`)} OR ${row}causal_length > ${Number.MAX_SAFE_INTEGER} OR ${row}seq < 0`;
  const invariants: Invariant[] = [
    {
      code: 'pending-malformed',
      column: 'col_version',
      broken: broken('crr_row.'),
      found: block`'col_version ' || crr_row.col_version || ', causal_length ' || crr_row.causal_length || ', seq ' || crr_row.seq`,
      expected: says('versions that a change can have'),
      // Who sent it sends it again.
      repairs: [
        {
          step: 'remove',
          statements: [`DELETE FROM ${PENDING_TABLE} WHERE ${broken('')}`],
          forgets: true,
        },
      ],
    },
    {
      code: 'pending-malformed',
      column: 'db_version',
      broken: `NOT ${isInteger('crr_row.db_version', 0, STATE_VERSION)}`,
      found: block`'db_version ' || crr_row.db_version`,
      expected: block`'at most ' || ${STATE_VERSION} || ', the db_version of the database'`,
      repairs: [
        {
          step: 'stamp',
          statements: [
            `UPDATE ${PENDING_TABLE} SET db_version = (SELECT db_version FROM ${STATE_TABLE}) WHERE NOT ${isInteger('db_version', 0, STATE_VERSION)}`,
          ],
        },
      ],
    },
    {
      code: 'pending-malformed',
      column: 'size',
      broken: `crr_row.size < ${least('crr_row.')}`,
      found: block`'size ' || crr_row.size`,
      expected: block`'at least ' || (${least('crr_row.')})`,
      repairs: [
        {
          step: 'stamp',
          statements: [`UPDATE ${PENDING_TABLE} SET size = ${least('')} WHERE size < ${least('')}`],
        },
      ],
    },
    {
      code: 'pending-site',
      // A contribution to a counter must not count for another site.
      broken: block`NOT (${isKnownSite('crr_row.site')})`,
      found: block`'site ' || crr_row.site`,
      expected: says('an ordinal of crr_site'),
    },
  ];
  return [
    {
      table: PENDING_TABLE,
      rows: sharedRows(PENDING_TABLE, ['source', 'table_name', 'pk', 'cid', 'site', 'number'], {
        blobs: ['pk'],
      }),
      invariants,
    },
  ];
}
