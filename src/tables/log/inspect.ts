import type { TableSpec } from '../../model/table-spec.js';
import { all, block } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import type { Inspection } from '../invariant.js';
import { isInteger, isKnownSite, STATE_VERSION, says, shownText } from '../invariant-sql.js';
import { heads, log } from './table.js';

const E = 'crr_event';

/** Events are whole, from sites that are known, and not ahead of the database. */
export function inspectLog(spec: TableSpec): Inspection[] {
  if (!spec.history) return [];
  const isWhole = all([
    isInteger(`${E}.arrived`),
    isInteger(`${E}.time`),
    isInteger(`${E}.causal_length`, 1),
    `(${E}.seq IS NULL OR ${isInteger(`${E}.seq`)})`,
    `(${E}.db_version IS NULL OR ${isInteger(`${E}.db_version`)})`,
    ...['parents', 'pruned'].map(
      (dots) => `(${E}.${dots} IS NULL OR ${E}.${dots} NOT GLOB '*[^0-9: ]*')`,
    ),
    `CASE WHEN ${E}.others IS NULL THEN true ELSE json_valid(${E}.others) END`,
  ]);
  const gone = (name: string) => `noted.${name} NOT IN (SELECT id FROM ${log(spec)})`;
  return [
    {
      table: spec.name,
      rows: {
        from: log(spec),
        alias: E,
        rowid: 'id',
        key: { spec, of: (name) => `${E}.${quoteName(keyOf(name))}` },
      },
      invariants: [
        {
          code: 'event-malformed',
          broken: block`NOT (
            ${isWhole}
          )`,
          found: block`'event ' || ${E}.id || ', arrived ' || ${shownText(`${E}.arrived`)}`,
          expected: says('versions, a time and parents; a repair removes the event'),
          repairs: [
            {
              step: 'remove',
              statements: [
                `DELETE FROM ${log(spec)} WHERE id IN (SELECT id FROM ${log(spec)} AS ${E} WHERE NOT (${isWhole}))`,
              ],
            },
          ],
        },
        {
          code: 'event-site',
          broken: block`NOT (${isKnownSite(`${E}.site`)})`,
          found: block`'site ' || ${shownText(`${E}.site`)}`,
          expected: says('an ordinal of crr_site'),
        },
        {
          code: 'event-ahead',
          broken: `${E}.arrived > ${STATE_VERSION}`,
          found: block`'arrived ' || ${E}.arrived`,
          expected: says('at most the db_version of the database'),
        },
      ],
    },
    {
      table: spec.name,
      invariants: [
        {
          code: 'head-unknown',
          broken: `EXISTS (SELECT 1 FROM ${heads(spec)} AS noted WHERE ${gone('event')} OR ${gone('head')})`,
          found: says('heads of events that are not in the log'),
          expected: says('none; a repair removes them'),
          repairs: [
            {
              step: 'remove',
              statements: [
                `DELETE FROM ${heads(spec)} WHERE rowid IN (SELECT noted.rowid FROM ${heads(spec)} AS noted WHERE ${gone('event')} OR ${gone('head')})`,
              ],
            },
          ],
        },
      ],
    },
  ];
}
