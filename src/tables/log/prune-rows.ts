import { isCounter } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block, list, statementText } from '../../sql/layout.js';
import { type Query, statement } from '../../sql/statement.js';
import { keyValues, keyWidth, readKey } from '../clock/read-key.js';
import { clockKeys, sameKeys } from '../clock/table.js';
import type { NotedHead } from './query.js';
import { eventTextSql, type LoggedEvent, parseEvent } from './read.js';
import { heads, log } from './table.js';
import { valueTextSql } from './text.js';

/* What a step of pruning looks at: the rows of a range of events. */

/** A range of a log, without and with its ends. */
export interface LogRange {
  readonly after: number;
  readonly upTo: number;
}

export interface StepSearch {
  readonly after: number;
  /** Only events that came up to this db_version and this time by the clock here. */
  readonly version: number;
  readonly time: number;
  readonly limit: number;
}

/** The last event of a step, and the db_version up to which events are old enough. */
export interface StepEnd {
  readonly upTo: number;
  readonly version: number;
}

/** Finds the end of a step; nothing if no event is old enough. */
export function findStep(
  spec: TableSpec,
  { after, version, time, limit }: StepSearch,
  found: (end: StepEnd) => void,
): Query {
  const young = `(SELECT y.arrived FROM ${log(spec)} AS y WHERE y.id > ${after} AND (y.arrived > ${version} OR ifnull(y.arrived_at, y.time) > ${time}) ORDER BY y.id LIMIT 1)`;
  const sql = statementText`
    SELECT max(id) AS id, max(version) AS version
    FROM (
      SELECT e.id AS id, limits.version AS version
      FROM (SELECT ifnull(${young} - 1, ${version}) AS version) AS limits
      CROSS JOIN ${log(spec)} AS e
      WHERE e.id > ${after} AND e.arrived <= limits.version
      ORDER BY e.id
      LIMIT ${limit}
    )`;
  return {
    ...statement(sql),
    read([row]) {
      if (row?.[0] == null) return;
      found({ upTo: Number(row[0]), version: Number(row[1]) });
    },
  };
}

/** A row with events in a range of the log. */
export interface RowToPrune {
  readonly events: LoggedEvent[];
  readonly noted: NotedHead[];
}

/** Reads all events of the rows with events in a range. Of the values there are only those that a counter adds up. */
export function readRowsToPrune(
  spec: TableSpec,
  range: LogRange,
  rows: Map<string, RowToPrune>,
): Query[] {
  const keys = clockKeys(spec);
  const row = block`
    (
      SELECT DISTINCT ${keys.join(', ')} FROM ${log(spec)}
      WHERE id > ${range.after} AND id <= ${range.upTo}
    ) AS r`;
  const text = eventTextSql(spec, 'e', (value, column) =>
    isCounter(column) ? valueTextSql(value) : block`'n'`,
  );
  const byEvent = new Map<number, RowToPrune>();
  return [
    {
      ...statement(statementText`
        SELECT
          ${list([...keyValues(spec, 'e'), block`${text} AS event_text`])}
        FROM ${row}
        CROSS JOIN ${log(spec)} AS e ON ${sameKeys(spec, 'e', 'r')}
        ORDER BY e.id`),
      read(found) {
        for (const values of found) {
          const id = JSON.stringify(readKey(spec, values, 0), textOfBigint);
          const known = rows.get(id) ?? { events: [], noted: [] };
          rows.set(id, known);
          const event = parseEvent(String(values[keyWidth(spec)]));
          known.events.push(event);
          byEvent.set(event.id, known);
        }
      },
    },
    {
      ...statement(statementText`
        SELECT noted.event, noted.column_name, noted.head
        FROM ${row}
        CROSS JOIN ${log(spec)} AS e ON ${sameKeys(spec, 'e', 'r')}
        CROSS JOIN ${heads(spec)} AS noted ON noted.event = e.id
        ORDER BY noted.event, noted.head`),
      read(found) {
        for (const { 0: event, 1: column, 2: head } of found) {
          const noted = { event: Number(event), column: String(column), head: Number(head) };
          byEvent.get(noted.event)!.noted.push(noted);
        }
      },
    },
  ];
}

const textOfBigint = (_: string, value: unknown) =>
  typeof value === 'bigint' ? `${value}n` : value;
