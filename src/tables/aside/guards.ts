import { referencesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block } from '../../sql/layout.js';
import { STATE_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clock, sameRow } from '../clock/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { areSet, baseValuesOf, isBaseOf, isShownParent } from './sql.js';
import { aside } from './table.js';

const APPLYING = `(SELECT applying FROM ${STATE_TABLE}) = 1`;

/**
 * SQLite's own ON DELETE actions rest while changes are merged: they would delete rows, and overwrite cells, that
 * the merge says are alive. RAISE(IGNORE) skips the action for one row; what it would have repaired is repaired when the
 * apply settles.
 */
export function guardTriggers(spec: TableSpec): TriggerSql[] {
  if (referencesOf(spec).length === 0) return [];
  const isAlive = block`
    EXISTS (
      SELECT 1 FROM ${clock(spec)} AS clock
      WHERE ${sameRow(spec, 'clock', 'old')} AND clock.causal_length % 2 = 1
    )`;
  const isUndecided = block`
    EXISTS (
      SELECT 1 FROM ${aside(spec)} AS beside
      WHERE ${isBaseOf(spec, 'beside', 'old')} AND beside.state IS NOT NULL
    )`;
  return [
    triggerSql(spec, 'guard_delete', {
      comment: 'no foreign key deletes a row while changes are merged',
      on: `BEFORE DELETE ON ${quoteName(spec.name)}`,
      when: [APPLYING, isAlive, block`NOT ${isUndecided}`],
      body: ['SELECT RAISE(IGNORE)'],
    }),
    ...referencesOf(spec).map((reference, n) => {
      const { columns } = reference;
      const names = columns.map(quoteName).join(', ');
      const areNull = baseValuesOf(columns, 'new').map((value) => `${value} IS NULL`);
      const before = baseValuesOf(columns, 'old');
      return triggerSql(spec, `guard_reference_${n}`, {
        comment: 'no foreign key overwrites a cell while changes are merged',
        on: `BEFORE UPDATE OF ${names} ON ${quoteName(spec.name)}`,
        when: [
          APPLYING,
          areNull.join(' AND '),
          areSet(before),
          block`NOT ${isShownParent(reference, before)}`,
          // What a row shows that is masked in another column is true of this one.
          block`NOT ${isUndecided}`,
        ],
        body: ['SELECT RAISE(IGNORE)'],
      });
    }),
  ];
}
