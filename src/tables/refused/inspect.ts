import { SITE_ID_BYTES } from '../../model/change.js';
import { CATALOG_TABLE, REFUSED_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { says, sharedRows } from '../invariant-sql.js';

/** A row that a peer has refused is one of a CRR. Forgetting it means that it is sent again. */
export function inspectRefused(): Inspection[] {
  const broken = (row: string) =>
    `length(${row}site_id) <> ${SITE_ID_BYTES} OR ${row}table_name NOT IN (SELECT table_name FROM ${CATALOG_TABLE})`;
  return [
    {
      table: REFUSED_TABLE,
      rows: sharedRows(REFUSED_TABLE, ['site_id', 'tag', 'table_name', 'pk'], {
        blobs: ['site_id', 'pk'],
      }),
      invariants: [
        {
          code: 'refused-malformed',
          broken: broken('crr_row.'),
          found: says('a refused row of a table that is not a CRR, or by no site'),
          expected: says('a row of a CRR'),
          repairs: [
            { step: 'state', statements: [`DELETE FROM ${REFUSED_TABLE} WHERE ${broken('')}`] },
          ],
        },
      ],
    },
  ];
}
