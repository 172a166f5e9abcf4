import { SITE_ID_BYTES } from '../../model/change.js';
import { NEUTRAL_ORDINAL } from '../../model/site.js';
import { block } from '../../sql/layout.js';
import { SITE_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { says, sharedRows } from '../invariant-sql.js';

/** An ordinal stands for the 16 bytes of a site id, and the neutral site is not listed. Nothing else knows a lost id. */
export function inspectSites(): Inspection[] {
  return [
    {
      table: SITE_TABLE,
      rows: sharedRows(SITE_TABLE, ['ordinal'], { rowid: 'ordinal' }),
      invariants: [
        {
          code: 'site-malformed',
          broken: `length(crr_row.site_id) <> ${SITE_ID_BYTES} OR crr_row.site_id = zeroblob(${SITE_ID_BYTES}) OR crr_row.ordinal <= ${NEUTRAL_ORDINAL}`,
          found: block`length(crr_row.site_id) || ' bytes'`,
          expected: says('16 bytes that are not all 0, under an ordinal from 1'),
        },
      ],
    },
  ];
}
