import { packKey } from '../model/packed-key.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { all, block, type Fragment, list, statementText } from '../sql/layout.js';
import { clockTable, PENDING_TABLE, REFUSED_TABLE } from '../sql/names.js';
import { quoteBlob, quoteName, quoteText } from '../sql/quote.js';
import { bindValue, type Statement, statement } from '../sql/statement.js';
import { EVICTED } from './aside/evict.js';
import { aside } from './aside/table.js';
import { cells } from './cells/table.js';
import { cellClock, clockKeyIs, clockKeys } from './clock/table.js';
import { heads, log } from './log/table.js';
import { pendingKeys } from './pending/table.js';
import { LOCAL_SITE } from './state/table.js';

/** The changes that the peer has: everything up to a db_version, and some db_versions above it. */
export interface SentVersions {
  readonly sent: number;
  readonly skip: readonly number[];
  /** What was sent from this db_version on was refused: it counts as sent, but the peer lacks it. */
  readonly refusedFrom?: number | undefined;
  /** Something of the row was refused, at a db_version that is not known. */
  readonly wasRefused?: boolean | undefined;
  /** The peer has no such row, so nothing is kept of it: written again, it begins a life of its own. */
  readonly isGone?: boolean | undefined;
}

/**
 * Drops one base row with its pending changes, its clock and the cells of other sites. A row that is newer than the
 * changes that were sent contains something that no peer has: it stays.
 *
 * This site's own cells stay, without a row, and so does the life that the row was in: if the row is written
 * again before it comes back, its counters add to them, and versions go on. Its clock row is that of a row which is
 * about to be created in that life: its causal length is one less, and no reader sees it (db_version 0). Cells that
 * the peer refused have a negative db_version: they are sent when the row is back. See cells/resume.ts.
 */
export function evictRow(
  spec: TableSpec,
  key: readonly SqlValue[],
  { sent, skip, refusedFrom, wasRefused = false, isGone = false }: SentVersions,
): Statement[] {
  const clock = quoteName(clockTable(spec.name));
  const sentVersions = [
    `db_version <= ${sent}`,
    ...(skip.length > 0 ? [`db_version IN (${skip})`] : []),
  ];
  const isSent = `(${sentVersions.join(' OR ')})`;
  const isAliveAndSent = `causal_length % 2 = 1 AND ${isSent}`;
  const base = (args: SqlValue[]) =>
    keyIs(
      spec.key.map(({ name }) => name),
      key,
      args,
    );
  const clocks = (args: SqlValue[]) => clockKeyIs(spec, key, args).join(' AND ');
  const waiting = (args: SqlValue[]) => keyIs(pendingKeys(key.length), key, args);
  const hasClock = (condition: string) => (args: SqlValue[]) =>
    `EXISTS (SELECT 1 FROM ${clock} WHERE ${clocks(args)} AND ${condition})`;
  const hasUnsent = hasClock(`NOT ${isSent}`);
  const hasCells = spec.cellColumns.length > 0;
  // The peer has the row alive, and knows nothing of a life, or an end of one, that it refused, at once or after it waited
  // there: kept, it would win over the row. A row that was evicted before has no such life (db_version 0).
  const isUnknown =
    refusedFrom === undefined
      ? 'false'
      : `(db_version > 0 AND (causal_length % 2 = 0 OR ifnull(CAST(substr(sentinel, 2) AS INTEGER) >= ${refusedFrom}, 0)))`;
  // What the peer has already does no harm when it is sent again.
  const lacksFrom = refusedFrom ?? (wasRefused ? 1 : undefined);
  const isKept = [
    () => (isGone ? 'false' : `causal_length > 1 AND NOT ${isUnknown}`),
    ...(hasCells && !isGone
      ? [(args: SqlValue[]) => `EXISTS (SELECT 1 FROM ${cells(spec)} WHERE ${clocks(args)})`]
      : []),
  ];
  const keep = [
    'causal_length = causal_length - 1',
    ...['db_version = 0', 'row_version = 0'],
    ...['row_db_version = NULL', 'row_site = NULL', 'row_seq = NULL'],
    ...spec.clockColumns.map(({ name }) => `${cellClock(name)} = NULL`),
  ];
  const asideOf = (args: SqlValue[]) => `${clocks(args)} AND state = ${quoteText(EVICTED)}`;
  return [
    ...(spec.constraints === undefined ? [] : [setAside(spec, key, isSent)]),
    deleteFrom(quoteName(spec.name), [base, hasClock(isSent)]),
    ...(spec.constraints === undefined ? [] : [deleteFrom(aside(spec), [asideOf])]),
    ...(hasCells
      ? [
          deleteFrom(cells(spec), [
            clocks,
            (args) => (isGone ? 'true' : `(site <> ${LOCAL_SITE} OR ${hasClock(isUnknown)(args)})`),
            hasClock(isSent),
          ]),
        ]
      : []),
    // If the row comes back, its events come with it.
    ...(spec.history
      ? [
          deleteFrom(heads(spec), [
            (args) => `event IN (SELECT id FROM ${log(spec)} WHERE ${clocks(args)})`,
            hasClock(isSent),
          ]),
          deleteFrom(log(spec), [clocks, hasClock(isSent)]),
        ]
      : []),
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
    deleteFrom(clock, [
      clocks,
      () => isSent,
      (args) => `NOT (${isKept.map((condition) => condition(args)).join(' OR ')})`,
    ]),
    ...(hasCells && lacksFrom !== undefined
      ? [
          update(
            cells(spec),
            ['db_version = -db_version'],
            [clocks, hasClock(isAliveAndSent), () => `db_version >= ${lacksFrom}`],
          ),
        ]
      : []),
    update(clock, keep, [clocks, () => isAliveAndSent]),
  ];
}

/** The guards of a table with constraints only let a row go that is aside. */
function setAside(spec: TableSpec, key: readonly SqlValue[], isSent: string): Statement {
  const args: SqlValue[] = [];
  const values = key.map((value) => bindValue(value, args));
  const sql = statementText`
    INSERT OR REPLACE INTO ${aside(spec)} (${[...clockKeys(spec), 'state'].join(', ')})
    SELECT ${[...values, quoteText(EVICTED)].join(', ')}
    WHERE EXISTS (
      SELECT 1 FROM ${quoteName(clockTable(spec.name))}
      WHERE ${clockKeyIs(spec, key, args).join(' AND ')} AND ${isSent}
    )`;
  return statement(sql, args);
}

/** SQL of a condition; pushes what must be bound. */
type Condition = (args: SqlValue[]) => string;

function deleteFrom(table: string, conditions: readonly Condition[]): Statement {
  return where(`DELETE FROM ${table}`, conditions);
}

function update(
  table: string,
  assignments: readonly string[],
  conditions: readonly Condition[],
): Statement {
  return where(
    block`
      UPDATE ${table}
      SET
        ${list(assignments)}`,
    conditions,
  );
}

function where(head: Fragment, conditions: readonly Condition[]): Statement {
  const args: SqlValue[] = [];
  const sql = statementText`
    ${head}
    WHERE
      ${all(conditions.map((condition) => condition(args)))}`;
  return statement(sql, args);
}

function keyIs(columns: readonly string[], key: readonly SqlValue[], args: SqlValue[]): string {
  return columns
    .map((column, i) => `${quoteName(column)} = ${bindValue(key[i]!, args)}`)
    .join(' AND ');
}
