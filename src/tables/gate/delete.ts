import type { TableSpec } from '../../model/table-spec.js';
import { block, list, statementText } from '../../sql/layout.js';
import { removeAside } from '../aside/place.js';
import { stampOfOriginSql } from '../clock/clock.js';
import { cellClock, clock, clockKeys } from '../clock/table.js';
import type { TriggerSql } from '../trigger.js';
import { base, baseIsOffered, besideBase, clockIsOffered, gateTrigger, newKeys } from './table.js';

/** A delete that is newer than the row: the row goes, and its cells' clocks with it. */
export function deleteGate(spec: TableSpec): TriggerSql {
  const assignments = [
    'causal_length = excluded.causal_length',
    'db_version = excluded.db_version',
    'row_version = 0',
    // Marks for the report of the apply that a living row was deleted.
    'row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END',
    'row_site = NULL',
    'row_seq = NULL',
    'sentinel = excluded.sentinel',
    ...spec.clockColumns.map(({ name }) => `${cellClock(name)} = NULL`),
  ];
  const keys = clockKeys(spec);
  const columns = [...keys, 'causal_length', 'db_version', 'row_version', 'sentinel'];
  const values = [
    ...newKeys(spec),
    ...['new.causal_length', 'new.db_version', '0'],
    stampOfOriginSql('new.db_version', 'new.sentinel'),
  ];
  const clocks = statementText`
    INSERT INTO ${clock(spec)} (${columns.join(', ')})
    VALUES (${values.join(', ')})
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET
      ${list(assignments)}
    WHERE excluded.causal_length > causal_length`;
  return gateTrigger(spec, 'merge_delete', {
    comment: 'a delete',
    when: ['new.causal_length % 2 = 0'],
    body:
      spec.constraints === undefined
        ? [
            statementText`
              DELETE FROM ${base(spec)}
              WHERE
                ${baseIsOffered(spec)}
                AND ${besideBase(spec, 'new.causal_length')} > ifnull(
                  (SELECT causal_length FROM ${clock(spec)} WHERE ${clockIsOffered(spec)}), 0
                )`,
            clocks,
          ]
        : // The clock first: no delete of a row whose clock is alive gets past its guard while changes are merged.
          [clocks, ...removeDead(spec)],
  });
}

function removeDead(spec: TableSpec): string[] {
  const isDead = block`
    EXISTS (
      SELECT 1 FROM ${clock(spec)}
      WHERE
        ${clockIsOffered(spec)}
        AND causal_length = ${besideBase(spec, 'new.causal_length')}
    )`;
  return [
    statementText`
      DELETE FROM ${base(spec)}
      WHERE
        ${baseIsOffered(spec)}
        AND ${isDead}`,
    removeAside(spec, isDead),
  ];
}
