import { SITE_ID_BYTES } from '../../model/change.js';
import { any, block } from '../../sql/layout.js';
import { PEER_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { isInteger, STATE_VERSION, says, sharedRows, shownText } from '../invariant-sql.js';

/** How far an exchange is never lies in the future. If it does, the exchange begins again: that costs time only. */
export function inspectPeers(): Inspection[] {
  const isMalformed = (row: string) =>
    any([
      `${row}direction NOT IN ('received', 'sent')`,
      `length(${row}site_id) <> ${SITE_ID_BYTES}`,
      `NOT ${isInteger(`${row}version`)}`,
      `${row}skip NOT GLOB ',*' OR ${row}skip NOT GLOB '*,' OR ${row}skip GLOB '*[^0-9,]*'`,
      `CASE WHEN ${row}position IS NULL THEN false ELSE NOT json_valid(${row}position) END`,
    ]);
  const isAhead = (row: string) => `${row}direction = 'sent' AND ${row}version > ${STATE_VERSION}`;
  const again = "version = 0, position = NULL, skip = ','";
  return [
    {
      table: PEER_TABLE,
      rows: sharedRows(PEER_TABLE, ['site_id', 'tag', 'direction'], { blobs: ['site_id'] }),
      invariants: [
        {
          code: 'peer-malformed',
          broken: isMalformed('crr_row.'),
          found: block`'version ' || crr_row.version || ', skip ' || ${shownText('crr_row.skip')} || ', position ' || ${shownText('crr_row.position')}`,
          expected: says('how far the exchange with a site is'),
          repairs: [
            {
              step: 'state',
              statements: [
                `DELETE FROM ${PEER_TABLE} WHERE direction NOT IN ('received', 'sent') OR length(site_id) <> ${SITE_ID_BYTES}`,
                `UPDATE ${PEER_TABLE} SET ${again} WHERE ${isMalformed('')}`,
              ],
            },
          ],
        },
        {
          code: 'peer-ahead',
          broken: isAhead('crr_row.'),
          found: block`'sent up to ' || crr_row.version`,
          expected: block`'at most ' || ${STATE_VERSION} || ', the db_version of the database'`,
          repairs: [
            {
              step: 'stamp',
              statements: [`UPDATE ${PEER_TABLE} SET ${again} WHERE ${isAhead('')}`],
            },
          ],
        },
      ],
    },
  ];
}
