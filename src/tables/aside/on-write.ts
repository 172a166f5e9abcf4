import { maskableColumns, uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, statementText } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { keyNames } from '../clock/on-key-change.js';
import { hasChanged, isSameKey } from '../clock/write.js';
import { NOT_APPLYING } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { isMasked } from './masks.js';
import { dropLostNotes, isAnyNoted, rivalTriggers } from './rivals.js';
import { isAside, isBaseOf } from './sql.js';
import { aside, mask } from './table.js';

/**
 * What local writes do to rows aside: a row that is inserted or deleted is not aside any more, and a cell that is
 * written shows what was written.
 */
export function asideWriteTriggers(spec: TableSpec): TriggerSql[] {
  const table = quoteName(spec.name);
  const mayReplace = uniquesOf(spec).length > 0;
  const remove = (row: string) => `DELETE FROM ${aside(spec)} WHERE ${isBaseOf(spec, '', row)}`;
  const moved = spec.key.map(({ name }) => `${quoteName(keyOf(name))} = new.${quoteName(name)}`);
  return [
    // One trigger for both: each that looks costs an insert as much again.
    triggerSql(spec, 'aside_insert', {
      comment:
        'a parked row that is inserted is parked no more, and rows that OR REPLACE deleted are dead',
      on: `AFTER INSERT ON ${table}`,
      when: [
        mayReplace
          ? block`
              (
                ${any([isAside(spec, 'new'), isAnyNoted(spec)])}
              )`
          : isAside(spec, 'new'),
        NOT_APPLYING,
      ],
      body: [remove('new'), ...(mayReplace ? [dropLostNotes(spec)] : [])],
    }),
    triggerSql(spec, 'aside_delete', {
      comment: 'masks go with their row',
      on: `AFTER DELETE ON ${table}`,
      when: [isAside(spec, 'old'), NOT_APPLYING],
      body: [remove('old')],
    }),
    triggerSql(spec, 'aside_key', {
      comment: 'masks move with their row',
      on: `AFTER UPDATE OF ${keyNames(spec)} ON ${table}`,
      when: [
        NOT_APPLYING,
        `NOT (${isSameKey(spec)})`,
        block`(${isAside(spec, 'old')} OR ${isAside(spec, 'new')})`,
      ],
      body: [
        remove('new'),
        statementText`
          UPDATE ${aside(spec)}
          SET ${moved.join(', ')}
          WHERE ${isBaseOf(spec, '', 'old')}`,
      ],
    }),
    ...maskableColumns(spec).map((name) => {
      const column = spec.clockColumns.find((other) => other.name === name)!;
      const isRow = block`
        (
          ${any([isBaseOf(spec, '', 'old'), isBaseOf(spec, '', 'new')])}
        )`;
      return triggerSql(spec, `aside_update_${name}`, {
        comment: 'a cell that is written is masked no more',
        on: `AFTER UPDATE OF ${quoteName(name)} ON ${table}`,
        when: [
          hasChanged(column),
          NOT_APPLYING,
          block`(${isAside(spec, 'old')} OR ${isAside(spec, 'new')})`,
        ],
        body: [
          block`
            UPDATE ${aside(spec)}
            SET ${mask(name)} = NULL
            WHERE ${isRow}`,
          block`
            DELETE FROM ${aside(spec)}
            WHERE
              ${all([isRow, 'state IS NULL', `NOT ${isMasked(spec, aside(spec))}`])}`,
        ],
      });
    }),
    ...rivalTriggers(spec),
  ];
}
