import { packKey } from '../../model/packed-key.js';
import type { TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { all, block, list, statementText } from '../../sql/layout.js';
import { COMMIT_TABLE } from '../../sql/names.js';
import { bindValue, type Query, statement } from '../../sql/statement.js';
import { keyValues, keyWidth, readKey } from '../clock/read-key.js';
import { clockKeys, sameKeys } from '../clock/table.js';
import { eventTextSql, type LoggedEvent, parseEvent } from './read.js';
import { coversNamed, heads, log } from './table.js';

/** An event, and the row that it is of. */
export interface RowEvent {
  readonly pk: Uint8Array;
  readonly event: LoggedEvent;
}

/** Which events are read. */
export interface EventFilter {
  readonly key?: readonly SqlValue[] | undefined;
  /** Only those of one transaction: the writer's ordinal and db_version. */
  readonly commit?: { readonly site: number; readonly dbVersion: number } | undefined;
  readonly author?: string | undefined;
  /** Milliseconds since 1970, of the writer's clock. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit?: number | undefined;
}

/** Reads events of a table: all of them in their order, or with a limit the newest first. */
export function readEvents(
  spec: TableSpec,
  filter: EventFilter,
  found: (event: RowEvent) => void,
): Query {
  const args: SqlValue[] = [];
  const { key, commit, author, from, to, limit } = filter;
  const conditions = [
    ...(key === undefined
      ? []
      : clockKeys(spec).map((column, i) => `e.${column} = ${bindValue(key[i]!, args)}`)),
    ...(commit === undefined
      ? []
      : [
          `e.site = ${commit.site}`,
          `ifnull(e.db_version, e.arrived) = ${commit.dbVersion}`,
          'e.seq IS NOT NULL',
        ]),
    ...(author === undefined
      ? []
      : [
          `EXISTS (SELECT 1 FROM ${COMMIT_TABLE} AS made WHERE made.site = e.site AND made.db_version = ifnull(e.db_version, e.arrived) AND made.author = ${bindValue(author, args)})`,
        ]),
    ...(from === undefined ? [] : [`e.time >= ${from}`]),
    ...(to === undefined ? [] : [`e.time <= ${to}`]),
  ];
  const sql = statementText`
    SELECT
      ${list([...keyValues(spec, 'e'), block`${eventTextSql(spec, 'e')} AS event_text`])}
    FROM ${log(spec)} AS e
    WHERE
      ${all(conditions)}
    ORDER BY e.id ${limit === undefined ? '' : 'DESC'}
    ${limit === undefined ? '' : `LIMIT ${limit}`}`;
  return {
    ...statement(sql, args),
    read(rows) {
      for (const row of rows) {
        found({
          pk: packKey(readKey(spec, row, 0)),
          event: parseEvent(String(row[keyWidth(spec)])),
        });
      }
    },
  };
}

/** Heads of a cell that are more than its last event. */
export interface NotedHead {
  readonly event: number;
  readonly column: string;
  readonly head: number;
}

/** Reads the heads that were noted in one row, or in all. */
export function readNotedHeads(
  spec: TableSpec,
  key: readonly SqlValue[] | undefined,
  found: (head: NotedHead) => void,
): Query {
  const args: SqlValue[] = [];
  const conditions = (key === undefined ? [] : clockKeys(spec)).map(
    (column, i) => `e.${column} = ${bindValue(key![i]!, args)}`,
  );
  const sql = statementText`
    SELECT noted.event, noted.column_name, noted.head
    FROM ${heads(spec)} AS noted
    JOIN ${log(spec)} AS e ON e.id = noted.event
    WHERE
      ${all(conditions)}
    ORDER BY noted.event, noted.head`;
  return {
    ...statement(sql, args),
    read(rows) {
      for (const { 0: event, 1: column, 2: head } of rows) {
        found({ event: Number(event), column: String(column), head: Number(head) });
      }
    },
  };
}

/** Lists the rows that have a cell with more than one head now. */
export function readForkedRows(spec: TableSpec, found: (key: readonly SqlValue[]) => void): Query {
  const sql = statementText`
    SELECT DISTINCT
      ${list(keyValues(spec, 'e'))}
    FROM ${heads(spec)} AS noted
    JOIN ${log(spec)} AS e ON e.id = noted.event
    WHERE NOT EXISTS (
      SELECT 1 FROM ${log(spec)} AS later
      WHERE ${sameKeys(spec, 'later', 'e')} AND later.arrived >= e.arrived AND later.id > e.id AND ${coversNamed(spec, 'later', 'noted.column_name')}
    )
    ORDER BY ${clockKeys(spec)
      .map((key) => `e.${key}`)
      .join(', ')}`;
  return {
    ...statement(sql),
    read(rows) {
      for (const row of rows) found(readKey(spec, row, 0));
    },
  };
}
