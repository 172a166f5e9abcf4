import type { TableSpec } from '../../model/table-spec.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { NOT_APPLYING } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { keyNames } from './on-key-change.js';
import { isSameKey } from './write.js';

/** What the generated SQL raises for a write that a grow-only table does not take. */
export const GROW_ONLY = 'is grow-only';

/** Rows of a grow-only table stay. A merge may still bring a delete from a site that has not migrated yet. */
export function growOnlyTriggers(spec: TableSpec): TriggerSql[] {
  const raise = (what: string) =>
    `SELECT RAISE(ABORT, ${quoteText(`drizzle-crr: ${quoteName(spec.name)} ${GROW_ONLY}: ${what}`)})`;
  return [
    triggerSql(spec, 'refuse_delete', {
      comment: 'rows of a grow-only table stay',
      on: `BEFORE DELETE ON ${quoteName(spec.name)}`,
      when: [NOT_APPLYING],
      body: [raise('its rows cannot be deleted')],
    }),
    triggerSql(spec, 'refuse_key', {
      comment: 'rows of a grow-only table keep their keys',
      on: `BEFORE UPDATE OF ${keyNames(spec)} ON ${quoteName(spec.name)}`,
      when: [NOT_APPLYING, `NOT (${isSameKey(spec)})`],
      body: [raise('the key of its rows cannot be changed')],
    }),
  ];
}
