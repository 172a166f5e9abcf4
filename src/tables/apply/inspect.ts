import { block } from '../../sql/layout.js';
import { APPLY_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { says } from '../invariant-sql.js';
import { applyStatements } from './table.js';

/** crr_apply has one row. What is in it between two applies does not matter. */
export function inspectApply(): Inspection[] {
  const [, insert] = applyStatements();
  return [
    {
      table: APPLY_TABLE,
      invariants: [
        {
          code: 'apply-malformed',
          broken: `(SELECT count(*) FROM ${APPLY_TABLE}) <> 1 OR NOT EXISTS (SELECT 1 FROM ${APPLY_TABLE} WHERE id = 1)`,
          found: block`(SELECT count(*) FROM ${APPLY_TABLE}) || ' rows'`,
          expected: says('one row, with id 1'),
          repairs: [
            { step: 'state', statements: [`DELETE FROM ${APPLY_TABLE} WHERE id <> 1`, insert!] },
          ],
        },
      ],
    },
  ];
}
