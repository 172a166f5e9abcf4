import { packKey } from '../model/packed-key.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { all, statementText } from '../sql/layout.js';
import { clockTable, keyOf, PENDING_TABLE, REFUSED_TABLE } from '../sql/names.js';
import { quoteBlob, quoteName, quoteText } from '../sql/quote.js';
import { bindValue, type Statement, statement } from '../sql/statement.js';
import { cells } from './cells/table.js';
import { pendingKeys } from './pending/table.js';

/** The changes that the peer has: everything up to a db_version, and some db_versions above it. */
export interface SentVersions {
  readonly sent: number;
  readonly skip: readonly number[];
}

/**
 * Drops one base row, its pending changes, its cells, and then its clock. A row that is newer than the changes that were
 * sent contains something that no peer has: it stays.
 */
export function evictRow(
  spec: TableSpec,
  key: readonly SqlValue[],
  { sent, skip }: SentVersions,
): Statement[] {
  const clock = quoteName(clockTable(spec.name));
  const sentVersions = [
    `db_version <= ${sent}`,
    ...(skip.length > 0 ? [`db_version IN (${skip})`] : []),
  ];
  const isSent = `(${sentVersions.join(' OR ')})`;
  const base = (args: SqlValue[]) =>
    keyIs(
      spec.key.map(({ name }) => name),
      key,
      args,
    );
  const clocks = (args: SqlValue[]) =>
    keyIs(
      spec.key.map(({ name }) => keyOf(name)),
      key,
      args,
    );
  const waiting = (args: SqlValue[]) => keyIs(pendingKeys(key.length), key, args);
  const hasClock = (condition: string) => (args: SqlValue[]) =>
    `EXISTS (SELECT 1 FROM ${clock} WHERE ${clocks(args)} AND ${condition})`;
  const hasUnsent = hasClock(`NOT ${isSent}`);
  return [
    deleteFrom(quoteName(spec.name), [base, hasClock(isSent)]),
    ...(spec.cellColumns.length > 0 ? [deleteFrom(cells(spec), [clocks, hasClock(isSent)])] : []),
    deleteFrom(PENDING_TABLE, [
      () => `table_name = ${quoteText(spec.name)}`,
      waiting,
      (args) => `NOT ${hasUnsent(args)}`,
    ]),
    deleteFrom(REFUSED_TABLE, [
      () => `table_name = ${quoteText(spec.name)}`,
      () => `pk = ${quoteBlob(packKey(key))}`,
      (args) => `NOT ${hasUnsent(args)}`,
    ]),
    deleteFrom(clock, [clocks, () => isSent]),
  ];
}

/** SQL of a condition; pushes what must be bound. */
type Condition = (args: SqlValue[]) => string;

function deleteFrom(table: string, conditions: readonly Condition[]): Statement {
  const args: SqlValue[] = [];
  const sql = statementText`
    DELETE FROM ${table}
    WHERE
      ${all(conditions.map((condition) => condition(args)))}`;
  return statement(sql, args);
}

function keyIs(columns: readonly string[], key: readonly SqlValue[], args: SqlValue[]): string {
  return columns
    .map((column, i) => `${quoteName(column)} = ${bindValue(key[i]!, args)}`)
    .join(' AND ');
}
