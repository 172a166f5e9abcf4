import { block } from '../../sql/layout.js';
import { COMMIT_TABLE } from '../../sql/names.js';
import type { Inspection } from '../invariant.js';
import { isKnownSite, says, sharedRows, shownText } from '../invariant-sql.js';

/** Author and message are texts of a transaction by a site that is known. */
export function inspectCommits(): Inspection[] {
  const isText = (x: string) => `(${x} IS NULL OR typeof(${x}) = 'text')`;
  const isSound = (row: string) =>
    block`${isKnownSite(`${row}site`)} AND ${isText(`${row}author`)} AND ${isText(`${row}message`)} AND ${isText(`${row}reverts`)}`;
  return [
    {
      table: COMMIT_TABLE,
      rows: sharedRows(COMMIT_TABLE, ['site', 'db_version']),
      invariants: [
        {
          code: 'commit-malformed',
          broken: block`NOT (${isSound('crr_row.')})`,
          found: block`'site ' || ${shownText('crr_row.site')}`,
          expected: says('texts by a site of crr_site; a repair removes them'),
          repairs: [
            {
              step: 'remove',
              statements: [
                block`DELETE FROM ${COMMIT_TABLE} WHERE NOT (${isSound('')})`.toString(),
              ],
            },
          ],
        },
      ],
    },
  ];
}
