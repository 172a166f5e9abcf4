import type { TableSpec } from '../model/table-spec.js';
import { cellTable, clockTable, keyOf, PENDING_TABLE, STATE_TABLE } from '../sql/names.js';
import { quoteName, quoteText } from '../sql/quote.js';
import { pendingKeyColumns } from './bookkeeping.js';

/**
 * Drops one base row, what waits for it, and then its clock; the key's values are the placeholders. A
 * row that is newer than `sent`, by a db_version not in `skip`, holds something that no peer has: it
 * stays.
 */
export function evictSql(spec: TableSpec, sent: number, skip: readonly number[]): string[] {
  const clock = quoteName(clockTable(spec.name));
  const where = (column: (name: string) => string, alias = '') =>
    spec.key.map(({ name }, i) => `${alias}${quoteName(column(name))} = ?${i + 1}`).join(' AND ');
  const waits = spec.key.map((_, i) => `${pendingKeyColumns[i]} = ?${i + 1}`);
  const isSent = skip.length === 0 ? `(dbv <= ${sent})` : `(dbv <= ${sent} OR dbv IN (${skip}))`;
  return [
    `DELETE FROM ${quoteName(spec.name)} WHERE ${where((name) => name)} AND EXISTS (SELECT 1 FROM ${clock} WHERE ${where(keyOf)} AND ${isSent})`,
    ...(spec.cellColumns.length === 0
      ? []
      : [
          `DELETE FROM ${quoteName(cellTable(spec.name))} WHERE ${where(keyOf)} AND EXISTS (SELECT 1 FROM ${clock} WHERE ${where(keyOf)} AND ${isSent})`,
        ]),
    `DELETE FROM ${PENDING_TABLE} WHERE tbl = ${quoteText(spec.name)} AND ${waits.join(' AND ')} AND NOT EXISTS (SELECT 1 FROM ${clock} WHERE ${where(keyOf)} AND NOT ${isSent})`,
    `DELETE FROM ${clock} WHERE ${where(keyOf)} AND ${isSent}`,
  ];
}

/** Silences the write triggers, or lets them speak again. */
export const silenceSql = (silent: boolean) =>
  `UPDATE ${STATE_TABLE} SET applying = ${silent ? 1 : 0}`;
