import { block } from '../../sql/layout.js';
import { HISTORY_TABLE, MILESTONE_TABLE, STATE_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { isHex, STATE_VERSION, says, sharedRows } from '../invariant-sql.js';
import { milestoneStatements } from './table.js';

/**
 * Milestones are moments of the past, in their order. If one is not here, clients take the database for a restored
 * one and start over: that costs time only.
 */
export function inspectHistory(): Inspection[] {
  const [, , insert] = milestoneStatements();
  const secret = `CASE WHEN ${isHex('secret', 32)} THEN secret ELSE lower(hex(randomblob(16))) END`;
  const isSound = `id = 1 AND known_version BETWEEN 0 AND ifnull(${STATE_VERSION}, known_version) AND ${isHex('secret', 32)}`;
  const isLost = `horizon NOT BETWEEN 0 AND ${STATE_VERSION}`;
  const forgetAll = (where: string) =>
    `UPDATE ${HISTORY_TABLE} SET horizon = ifnull(${STATE_VERSION}, 0) WHERE ${where}`;
  const broken = (row: string) =>
    `${row}number < 1 OR ${row}version NOT BETWEEN 0 AND ${STATE_VERSION} OR NOT ${isHex(`${row}token`, 12)} OR EXISTS (SELECT 1 FROM ${MILESTONE_TABLE} AS later WHERE later.number > ${row}number AND later.version < ${row}version)`;
  return [
    {
      table: HISTORY_TABLE,
      invariants: [
        {
          code: 'history-malformed',
          broken: `NOT EXISTS (SELECT 1 FROM ${HISTORY_TABLE} WHERE id = 1)`,
          found: says('no row'),
          expected: says('one row'),
          // Nobody knows which deletes were forgotten, so all of them are taken to be.
          repairs: [{ step: 'stamp', statements: [insert!, forgetAll('true')] }],
        },
        {
          code: 'history-malformed',
          broken: `EXISTS (SELECT 1 FROM ${HISTORY_TABLE} WHERE ${isLost})`,
          found: block`(SELECT 'horizon ' || max(horizon) FROM ${HISTORY_TABLE} WHERE ${isLost})`,
          expected: block`'a horizon from 0 to ' || ${STATE_VERSION}`,
          repairs: [{ step: 'stamp', statements: [forgetAll(isLost)] }],
        },
        {
          code: 'history-malformed',
          broken: `(SELECT count(*) FROM ${HISTORY_TABLE}) > 1 OR (SELECT count(*) FROM ${HISTORY_TABLE} WHERE ${isSound}) < (SELECT count(*) FROM ${HISTORY_TABLE})`,
          found: block`(SELECT 'known_version ' || ifnull(max(known_version), 'NULL') || ', ' || count(*) || ' rows' FROM ${HISTORY_TABLE})`,
          expected: block`'one row, known_version at most ' || ${STATE_VERSION} || ', and a secret'`,
          repairs: [
            {
              step: 'stamp',
              statements: [
                `DELETE FROM ${HISTORY_TABLE} WHERE id <> 1`,
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
