import { block } from '../../sql/layout.js';
import { SITE_TABLE, USAGE_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { says, sharedRows } from '../invariant-sql.js';

/**
 * Sites stay known, so no more are counted than there are. Tombstones are not: a row that comes back and is deleted again
 * counts twice.
 */
export function inspectUsage(): Inspection[] {
  const others = `(SELECT count(*) FROM ${SITE_TABLE})`;
  return [
    {
      table: USAGE_TABLE,
      rows: sharedRows(USAGE_TABLE, ['source']),
      invariants: [
        {
          code: 'usage-malformed',
          broken: 'crr_row.sites < 0 OR crr_row.tombstones < 0',
          found: block`crr_row.sites || ' sites, ' || crr_row.tombstones || ' tombstones'`,
          expected: says('numbers, 0 or greater'),
          repairs: [
            {
              step: 'state',
              statements: [
                `UPDATE ${USAGE_TABLE} SET sites = max(sites, 0), tombstones = max(tombstones, 0)`,
              ],
            },
          ],
        },
        {
          code: 'usage-sites',
          broken: `crr_row.sites > ${others}`,
          found: block`crr_row.sites || ' sites'`,
          expected: block`'at most ' || ${others} || ', all that are known'`,
          repairs: [
            {
              step: 'state',
              statements: [`UPDATE ${USAGE_TABLE} SET sites = min(sites, ${others})`],
            },
          ],
        },
      ],
    },
  ];
}
