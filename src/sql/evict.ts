import type { TableSpec } from '../schema/table-spec.js';
import { cellTable, clockTable, keyOf, STATE_TABLE } from './names.js';
import { quoteName } from './quote.js';

/**
 * Drops one base row and then its clock; the key's values are the placeholders. A row that is newer
 * than `sent`, by a db_version not in `skip`, holds something that no peer has: it stays.
 */
export function evictSql(spec: TableSpec, sent: number, skip: readonly number[]): string[] {
  const clock = quoteName(clockTable(spec.name));
  const where = (column: (name: string) => string, alias = '') =>
    spec.key.map(({ name }, i) => `${alias}${quoteName(column(name))} = ?${i + 1}`).join(' AND ');
  const isSent = skip.length === 0 ? `dbv <= ${sent}` : `(dbv <= ${sent} OR dbv IN (${skip}))`;
  return [
    `DELETE FROM ${quoteName(spec.name)} WHERE ${where((name) => name)} AND EXISTS (SELECT 1 FROM ${clock} WHERE ${where(keyOf)} AND ${isSent})`,
    ...(spec.siteColumns.length === 0
      ? []
      : [
          `DELETE FROM ${quoteName(cellTable(spec.name))} WHERE ${where(keyOf)} AND EXISTS (SELECT 1 FROM ${clock} WHERE ${where(keyOf)} AND ${isSent})`,
        ]),
    `DELETE FROM ${clock} WHERE ${where(keyOf)} AND ${isSent}`,
  ];
}

/** Silences the write triggers, or lets them speak again. */
export const silenceSql = (silent: boolean) =>
  `UPDATE ${STATE_TABLE} SET applying = ${silent ? 1 : 0}`;
