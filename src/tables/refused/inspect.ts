import { SITE_ID_BYTES } from '../../model/change.js';
import { CATALOG_TABLE, REFUSED_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { says } from '../invariant-sql.js';

/** A row that a peer has refused is one of a CRR. Forgetting it means that it is sent again. */
export function inspectRefused(): Inspection[] {
  const broken = (row: string) =>
    `length(${row}site_id) <> ${SITE_ID_BYTES} OR ${row}table_name NOT IN (SELECT table_name FROM ${CATALOG_TABLE})`;
  return [
    {
      table: REFUSED_TABLE,
      rows: {
        from: REFUSED_TABLE,
        alias: 'crr_row',
        rowid: 'rowid',
        key: [
          { name: 'site_id', sql: 'lower(hex(crr_row.site_id))' },
          { name: 'tag', sql: 'crr_row.tag' },
          { name: 'table_name', sql: 'crr_row.table_name' },
          { name: 'pk', sql: 'lower(hex(crr_row.pk))' },
        ],
      },
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
