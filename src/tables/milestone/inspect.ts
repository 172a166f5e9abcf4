import { block } from '../../sql/layout.js';
import { HISTORY_TABLE, MILESTONE_TABLE, STATE_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { isHex, STATE_VERSION, sharedRows } from '../invariant-sql.js';
import { milestoneStatements } from './table.js';

/**
 * Milestones are moments of the past, in their order. If one is not here, clients take the database for a restored
 * one and start over: that costs time only.
 */
export function inspectHistory(): Inspection[] {
  const [, , insert] = milestoneStatements();
  const secret = `CASE WHEN ${isHex('secret', 32)} THEN secret ELSE lower(hex(randomblob(16))) END`;
  const isSound = `id = 1 AND known_version BETWEEN 0 AND ifnull(${STATE_VERSION}, known_version) AND ${isHex('secret', 32)}`;
  const broken = (row: string) =>
    `${row}number < 1 OR ${row}version NOT BETWEEN 0 AND ${STATE_VERSION} OR NOT ${isHex(`${row}token`, 12)} OR EXISTS (SELECT 1 FROM ${MILESTONE_TABLE} AS later WHERE later.number > ${row}number AND later.version < ${row}version)`;
  return [
    {
      table: HISTORY_TABLE,
      invariants: [
        {
          code: 'history-malformed',
          broken: `(SELECT count(*) FROM ${HISTORY_TABLE}) <> 1 OR (SELECT count(*) FROM ${HISTORY_TABLE} WHERE ${isSound}) <> 1`,
          found: block`(SELECT 'known_version ' || ifnull(max(known_version), 'NULL') || ', ' || count(*) || ' rows' FROM ${HISTORY_TABLE})`,
          expected: block`'one row, known_version at most ' || ${STATE_VERSION} || ', and a secret'`,
          repairs: [
            {
              step: 'stamp',
              statements: [
                `DELETE FROM ${HISTORY_TABLE} WHERE id <> 1`,
                insert!,
                `UPDATE ${HISTORY_TABLE} SET known_version = (SELECT max(0, min(known_version, db_version)) FROM ${STATE_TABLE}), secret = ${secret}`,
              ],
            },
          ],
        },
      ],
    },
    {
      table: MILESTONE_TABLE,
      rows: sharedRows(MILESTONE_TABLE, ['number'], { rowid: 'number' }),
      invariants: [
        {
          code: 'milestone-malformed',
          broken: broken('crr_row.'),
          found: block`'version ' || crr_row.version`,
          expected: block`'at most ' || ${STATE_VERSION} || ', and at most that of the next milestone'`,
          repairs: [
            {
              step: 'stamp',
              statements: [
                `DELETE FROM ${MILESTONE_TABLE} WHERE number IN (SELECT number FROM ${MILESTONE_TABLE} AS crr_row WHERE ${broken('crr_row.')})`,
              ],
            },
          ],
        },
      ],
    },
  ];
}
