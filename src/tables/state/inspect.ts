import { block } from '../../sql/layout.js';
import { SITE_TABLE, STATE_TABLE } from '../../sql/names.js';
import type { Inspection, Invariant } from '../invariant.js';
import { isInteger, says, shownText } from '../invariant-sql.js';
import { stateStatements } from './table.js';

/** crr_state has one row. What it says of a transaction is never committed. */
export function inspectState(): Inspection[] {
  const [, insert] = stateStatements();
  const count = `(SELECT count(*) FROM ${STATE_TABLE} WHERE id = 1)`;
  return [
    {
      table: STATE_TABLE,
      invariants: [
        {
          code: 'state-missing',
          broken: `${count} <> 1 OR (SELECT count(*) FROM ${STATE_TABLE}) <> 1`,
          found: block`(SELECT count(*) FROM ${STATE_TABLE}) || ' rows'`,
          expected: says('one row, with id 1'),
          repairs: [
            {
              step: 'state',
              statements: [`DELETE FROM ${STATE_TABLE} WHERE id <> 1`, insert!],
              forgets: true,
            },
          ],
        },
        {
          code: 'state-site',
          broken: `EXISTS (SELECT 1 FROM ${STATE_TABLE} WHERE site NOT IN (SELECT ordinal FROM ${SITE_TABLE}) OR site IS NULL)`,
          found: block`'site ' || (SELECT ${shownText('site')} FROM ${STATE_TABLE})`,
          expected: says('an ordinal of crr_site; a repair gives the database another site id'),
          repairs: [{ step: 'state', statements: [], forgets: true }],
        },
        column('db_version', isInteger('db_version'), 'an integer, 0 or greater', '0'),
        column('seq', isInteger('seq', -1), 'an integer, -1 or greater', '0'),
        column('in_transaction', 'in_transaction IS 0', '0 outside of a transaction', '0'),
        column('applying', 'applying IS 0', '0 outside of a merge: 1 stops the triggers', '0'),
        column('keeps_cells', 'ifnull(keeps_cells IN (0, 1), false)', '0 or 1', '1'),
        column('birth', `${isInteger('birth', 1)} AND birth % 2 = 1`, 'an odd integer', '1'),
      ],
    },
  ];
}

/** What holds of a column of the one row. */
function column(name: string, isSound: string, expected: string, repaired: string): Invariant {
  return {
    code: 'state-malformed',
    column: name,
    broken: `EXISTS (SELECT 1 FROM ${STATE_TABLE} WHERE id = 1 AND NOT (${isSound}))`,
    found: block`(SELECT ${shownText(name)} FROM ${STATE_TABLE} WHERE id = 1)`,
    expected: says(expected),
    repairs: [
      {
        step: 'state',
        statements: [`UPDATE ${STATE_TABLE} SET ${name} = ${repaired} WHERE NOT (${isSound})`],
      },
    ],
  };
}
