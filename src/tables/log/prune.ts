import type { TableSpec } from '../../model/table-spec.js';
import { statementText } from '../../sql/layout.js';
import type { StatementLimits } from '../../sql/multi-row.js';
import { COMMIT_TABLE, GUARD_TABLE } from '../../sql/names.js';
import { OrderedRows } from '../../sql/ordered-rows.js';
import { quoteText } from '../../sql/quote.js';
import { type Query, type Statement, statement } from '../../sql/statement.js';
import type { NotedHead } from './query.js';
import type { LoggedEvent } from './read.js';
import { dotsText, heads, log, pruned } from './table.js';

/* Pruning a log in steps, each of which removes events of the rows of a range; see prune-rows.ts. */

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
