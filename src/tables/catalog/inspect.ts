import { CATALOG_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { says, sharedRows, shownText } from '../invariant-sql.js';
import { raiseSchemaVersion } from '../milestone/schema-version.js';

/** Both texts of a CRR are JSON. Its description is made from the schema again if it is not there. */
export function inspectCatalog(): Inspection[] {
  const isSpec = (row: string) =>
    `CASE WHEN json_valid(${row}spec) THEN ifnull(json_type(${row}spec, '$.key') = 'array' AND json_type(${row}spec, '$.clockColumns') = 'array', false) ELSE false END`;
  const isFormer = (row: string) =>
    `CASE WHEN json_valid(${row}former) THEN json_type(${row}former) = 'array' ELSE false END`;
  return [
    {
      table: CATALOG_TABLE,
      rows: sharedRows(CATALOG_TABLE, ['table_name']),
      invariants: [
        {
          code: 'catalog-malformed',
          column: 'spec',
          broken: `NOT (${isSpec('crr_row.')})`,
          found: shownText('crr_row.spec'),
          expected: says('the description of the table, as JSON'),
          repairs: [
            {
              step: 'state',
              statements: [
                raiseSchemaVersion('true'),
                `DELETE FROM ${CATALOG_TABLE} WHERE NOT (${isSpec('')})`,
              ],
            },
          ],
        },
        {
          code: 'catalog-malformed',
          column: 'former',
          broken: `NOT (${isFormer('crr_row.')})`,
          found: shownText('crr_row.former'),
          expected: says('a JSON array'),
          repairs: [
            {
              step: 'state',
              statements: [`UPDATE ${CATALOG_TABLE} SET former = '[]' WHERE NOT (${isFormer('')})`],
            },
          ],
        },
      ],
    },
  ];
}
