import type { TableSpec } from '../../model/table-spec.js';
import { list, statementText } from '../../sql/layout.js';
import { clockTable, STATE_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clockKeys } from '../clock/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { cells } from './table.js';

/**
 * Whoever changes a row's causal length, here or in the gate, ends a life: its cells go. If a merge
 * puts one life in another's place, the columns start again with their defaults; a local write brings
 * the values of its own. A row that comes back in the life in which it was evicted has the cells that were
 * kept of it: see evict.ts.
 */
export function lifeTrigger(spec: TableSpec): TriggerSql {
  const defaults = spec.cellColumns.map(
    (column) => `${quoteName(column.name)} = ${column.default ?? 'NULL'}`,
  );
  // Beside a base table called "new", only a query of its own sees the clock row.
  const keyIs = spec.key.map(
    ({ name }, i) => `${quoteName(name)} = (SELECT new.${clockKeys(spec)[i]})`,
  );
  const ofRow = clockKeys(spec).map((key) => `${key} = new.${key}`);
  return triggerSql(spec, 'life', {
    comment: 'cells belong to one life of a row',
    on: `AFTER UPDATE OF causal_length ON ${quoteName(clockTable(spec.name))}`,
    when: ['new.causal_length > old.causal_length + (old.causal_length % 2 = 0)'],
    body: [
      `DELETE FROM ${cells(spec)} WHERE ${ofRow.join(' AND ')}`,
      statementText`
        UPDATE ${quoteName(spec.name)}
        SET
          ${list(defaults)}
        WHERE
          ${keyIs.join(' AND ')}
          AND (SELECT new.causal_length) % 2 = 1
          AND (SELECT applying FROM ${STATE_TABLE}) = 1`,
    ],
  });
}
