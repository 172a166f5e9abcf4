import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import {
  adoptedCrr,
  adoptStatements,
  dropAdoptedTriggers,
  endAdopted,
  type FormerNames,
} from '../tables/adopt.js';
import { alterSql, keepValuesSql } from '../tables/alter.js';
import { backfillStatements, reconcileStatements } from '../tables/clock/backfill.js';
import { sharedStatements } from '../tables/modules.js';
import { tryAll } from '../tables/pending/rejected.js';
import { SQL_FORMAT } from '../tables/state/table.js';
import type { FormerTable } from './former-table.js';
import type { Renames } from './renames.js';
import { actualOfState, baseOf, type CrrState, type StateStep, tableState } from './state.js';

/** The CRR steps of one migration. */
export interface AlterPlan {
  readonly step: StateStep;
  readonly begin: readonly string[];
  readonly commit: readonly string[];
  /** What happens to each CRR, a line each, for people. */
  readonly summary: readonly string[];
}

export interface PlanInput {
  readonly state: CrrState;
  readonly wanted: readonly TableSpec[];
  readonly renames: Renames;
  /** CRRs that the migration's statements touch, under their old names. */
  readonly touched: ReadonlySet<string>;
  /** CRRs whose triggers were missing for a while, so that some rows may have no clock. */
  readonly repair: ReadonlySet<string>;
  /** CRRs to which the migration's statements add columns, and do nothing else; under their old names. */
  readonly growing?: ReadonlySet<string>;
  /** What a table was before this migration, if the folder has it and does not make it a CRR. */
  readonly formerTable?: (to: TableSpec) => FormerTable | undefined;
  /** Tables that the migration drops, with the names that they had. */
  readonly dropped?: ReadonlyMap<string, FormerNames>;
}

/** The steps from one CRR state to another; undefined if there is nothing to do. */
export function planAlter({
  state,
  wanted,
  renames,
  touched,
  repair,
  growing = new Set(),
  formerTable,
  dropped = new Map(),
}: PlanInput): AlterPlan | undefined {
  const begin: string[] = [];
  const commit: string[] = [];
  const summary: string[] = [];
  const step = {
    format: SQL_FORMAT,
    set: [] as StateStep['set'][number][],
    drop: [] as StateStep['drop'][number][],
  };
  /** Whether pending changes may be applied then. */
  let mayApply = false;
  const remaining = new Map(wanted.map((spec) => [spec.name, spec]));
  // Dropped CRRs come first, because another may take the name.
  const isGone = (name: string) => !remaining.has(renames.tables.get(name) ?? name);
  const order = [...state].sort(([a], [b]) => Number(isGone(b)) - Number(isGone(a)));
  for (const [name, before] of order) {
    const to = remaining.get(renames.tables.get(name) ?? name);
    const from = { table: name, actual: actualOfState(before) };
    if (to === undefined) {
      const sql = alterSql({ from, to });
      begin.push(...sql.begin);
      commit.push(...sql.commit);
      step.drop.push({ name, base: baseOf(before) });
      summary.push(`${name}: no longer a CRR`);
      continue;
    }
    remaining.delete(to.name);
    const after = tableState(to);
    const isSame = baseOf(before) === baseOf(after);
    if (isSame && !touched.has(name) && !repair.has(name)) continue;
    const renamed = renamedColumns(before.spec, to, renames);
    const sql = alterSql({ from, to, renamed, grows: growing.has(name) && !repair.has(name) });
    begin.push(...sql.begin, ...keepValuesSql(before.spec, to, renamed));
    commit.push(...sql.commit);
    if (repair.has(name)) commit.push(...backfillStatements(to), ...reconcileStatements(to));
    const was = name === to.name ? {} : { was: name };
    step.set.push({ ...after, ...was, base: baseOf(before) });
    // If only the triggers are replaced, as around a rebuild, no pending change becomes applicable.
    if (!isSame) mayApply = true;
    summary.push(describe(before.spec, to, isSame));
  }
  const adopted: string[] = [];
  for (const to of remaining.values()) {
    const former = formerTable?.(to);
    if (former !== undefined) {
      const { spec, names, renamed } = former;
      const sql = alterSql({ from: { table: spec.name, actual: adoptedCrr(spec) }, to, renamed });
      begin.push(...dropAdoptedTriggers(spec.name, names));
      adopted.push(...adoptStatements(spec, names), ...keepValuesSql(spec, to, renamed));
      commit.push(...sql.commit);
      const was = spec.name === to.name ? {} : { was: spec.name };
      step.set.push({ ...tableState(to), ...was, base: null });
      mayApply = true;
      summary.push(`${to.name}: becomes a CRR, with the clocks that a database has already`);
      continue;
    }
    const sql = alterSql({ from: undefined, to });
    begin.push(...sql.begin);
    commit.push(...sql.commit);
    step.set.push({ ...tableState(to), base: null });
    mayApply = true;
    summary.push(`${to.name}: becomes a CRR${to.history ? ', with history' : ''}`);
  }
  begin.push(...adopted);
  if (step.set.length === 0 && step.drop.length === 0) return undefined;
  if (state.size === 0) {
    // Only then may install() have been called instead of running migrations with CRR steps.
    for (const [table, names] of dropped) begin.push(...endAdopted(table, names));
    (begin.length > 0 ? begin : commit).unshift(...sharedStatements());
  }
  // Not here: a change that breaks a constraint would make the migration fail each time.
  if (mayApply) commit.push(tryAll());
  return { step, begin, commit, summary };
}

function renamedColumns(before: TableSpec, to: TableSpec, renames: Renames): Map<string, string> {
  const renamed = new Map<string, string>();
  for (const column of [...before.key, ...replicatedColumns(before)]) {
    const now = renames.column(to.name, column.name);
    if (now !== undefined) renamed.set(column.name, now);
  }
  return renamed;
}

function describe(from: TableSpec, to: TableSpec, isSame: boolean): string {
  const isRenamed = from.name !== to.name;
  if (isSame && !isRenamed) return `${to.name}: triggers recreated`;
  const history = to.history ? ', and its history begins' : ', and its history is dropped';
  const change = Boolean(from.history) === Boolean(to.history) ? '' : history;
  const what = isRenamed
    ? `renamed from ${from.name}, with its clocks and triggers`
    : 'clocks and triggers updated';
  return `${to.name}: ${what}${change}`;
}
