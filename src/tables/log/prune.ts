import { cellTypeOf, typeOf } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block, list, statementText } from '../../sql/layout.js';
import type { StatementLimits } from '../../sql/multi-row.js';
import { COMMIT_TABLE, GUARD_TABLE } from '../../sql/names.js';
import { OrderedRows } from '../../sql/ordered-rows.js';
import { quoteText } from '../../sql/quote.js';
import { type Query, type Statement, statement } from '../../sql/statement.js';
import { keyValues, keyWidth, readKey } from '../clock/read-key.js';
import { clockKeys, sameKeys } from '../clock/table.js';
import type { NotedHead } from './query.js';
import { eventTextSql, type LoggedEvent, parseEvent } from './read.js';
import { dotsText, heads, log, pruned } from './table.js';
import { valueTextSql } from './text.js';

/* Pruning a log in steps, each of which looks at the rows of a range of its events. */

/** How far a log was pruned. */
export interface PruneState {
  /** Up to which db_version and time here the past is not known; 0 = all of it is. */
  readonly version: number;
  readonly time: number;
  /** Up to which place in the log all rows were pruned, but for so many events of each. */
  readonly swept: number;
  readonly keep: number;
}

export function readPruneState(spec: TableSpec, found: (state: PruneState) => void): Query {
  return {
    ...statement(`SELECT version, time, swept, keep FROM ${pruned(spec)}`),
    read([row]) {
      const [version, time, swept, keep] = [0, 1, 2, 3].map((i) => Number(row?.[i] ?? 0));
      found({ version: version!, time: time!, swept: swept!, keep: keep! });
    },
  };
}

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

/** Finds the end of a step, and the db_version up to which events are old enough; nothing if no event is. */
export function findStep(
  spec: TableSpec,
  { after, version, time, limit }: StepSearch,
  found: (step: { readonly upTo: number; readonly version: number }) => void,
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
    typeOf(column).storage === 'cells' && cellTypeOf(column).lists === 'contributions'
      ? valueTextSql(value)
      : block`'n'`,
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

/** What a step does to a log. */
export interface PruneStep {
  /** `swept` as it was when the step was planned. */
  readonly planned: number;
  readonly removed: readonly number[];
  readonly changed: readonly Pick<LoggedEvent, 'id' | 'parents' | 'pruned'>[];
  readonly forgotten: readonly NotedHead[];
  readonly state: PruneState;
}

/** The statements of a step. It fails as stale if another process has pruned the log meanwhile. */
export function pruneStatements(
  spec: TableSpec,
  { planned, removed, changed, forgotten, state }: PruneStep,
  limits: StatementLimits,
): Statement[] {
  const swept = `ifnull((SELECT swept FROM ${pruned(spec)}), 0)`;
  const update = new OrderedRows<PruneStep['changed'][number]>(
    (value, rows) => statementText`
      UPDATE ${log(spec)}
      SET
        parents = ${value(1)},
        pruned = ${value(2)}
      FROM ${rows}
      WHERE ${log(spec)}.id = ${value(0)}`,
    (event, to) => {
      to.number(event.id);
      to.text(dotsText(event.parents));
      to.text(event.pruned.length === 0 ? null : dotsText(event.pruned));
    },
    limits,
  );
  const notedRows = forgotten.map(
    ({ event, column, head }) => `(${event}, ${quoteText(column)}, ${head})`,
  );
  const { version, time, keep } = state;
  return [
    statement(`INSERT INTO ${GUARD_TABLE} (reason) SELECT 'stale' WHERE ${swept} <> ${planned}`),
    ...(changed.length === 0 ? [] : update.statements(changed)),
    ...parts(notedRows).map((rows) =>
      statement(
        `DELETE FROM ${heads(spec)} WHERE (event, column_name, head) IN (VALUES ${rows.join(', ')})`,
      ),
    ),
    ...parts(removed).map((ids) =>
      statement(`DELETE FROM ${log(spec)} WHERE id IN (${ids.join(', ')})`),
    ),
    statement(statementText`
      INSERT INTO ${pruned(spec)} (id, version, time, swept, keep)
      VALUES (1, ${version}, ${time}, ${state.swept}, ${keep})
      ON CONFLICT (id) DO UPDATE SET
        version = max(version, excluded.version),
        time = max(time, excluded.time),
        swept = excluded.swept,
        keep = excluded.keep`),
  ];
}

/** So many in a statement: D1 takes 100 kB. */
const PART = 1_000;

function parts<T>(all: readonly T[]): (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / PART) }, (_, i) =>
    all.slice(i * PART, (i + 1) * PART),
  );
}

/** Forgets who made transactions of which no event is left. What takes others back stays: undo and redo follow it. */
export function forgetCommits(specs: readonly TableSpec[]): Statement {
  const left = specs.map(
    (spec) => `SELECT site, ifnull(db_version, arrived) FROM ${log(spec)} WHERE seq IS NOT NULL`,
  );
  return statement(statementText`
    DELETE FROM ${COMMIT_TABLE}
    WHERE reverts IS NULL AND (site, db_version) NOT IN (
      ${left.join(' UNION ALL ')}
    )`);
}
