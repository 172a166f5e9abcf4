import { block } from '../../sql/layout.js';
import { TICKET_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { isHex, says, sharedRows, shownText } from '../invariant-sql.js';

/** If a ticket is not here, the next push takes this database for a copy and gets it another site id: nothing is lost. */
export function inspectTickets(): Inspection[] {
  const broken = (row: string) => `NOT ${isHex(`${row}process`, 12)} OR ${row}count < 0`;
  return [
    {
      table: TICKET_TABLE,
      rows: sharedRows(TICKET_TABLE, ['id'], { rowid: 'id' }),
      invariants: [
        {
          code: 'ticket-malformed',
          broken: broken('crr_row.'),
          found: block`${shownText('crr_row.process')} || ':' || crr_row.count`,
          expected: says('12 hex digits, and a number'),
          repairs: [
            { step: 'state', statements: [`DELETE FROM ${TICKET_TABLE} WHERE ${broken('')}`] },
          ],
        },
      ],
    },
  ];
}
