import { typeOf } from '../columns/registry.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { type ActualCrr, expectedClock, isSameClockKey } from './actual.js';
import { cellsModule } from './cells/module.js';
import { showCellsStatements } from './cells/show.js';
import { changeTypeStatements } from './change-type.js';
import { backfillStatements } from './clock/backfill.js';
import { clockModule } from './clock/module.js';
import { gateModule } from './gate/module.js';
import type { Alteration, AlterStep } from './module.js';
import { MODULES, tableStatements, tableTriggers } from './modules.js';
import { drainPendingStatements } from './pending/drain.js';
import { pendingModule } from './pending/module.js';
import { beginApplySql, endApplySql } from './state/applying.js';

import { dropTrigger } from './trigger.js';

/** The alteration of one CRR. `from` is undefined if it is new, `to` if it is dropped. */
export interface CrrChange {
  /** The present parts of the CRR, and its present table name. */
  readonly from: Former | undefined;
  readonly to: TableSpec | undefined;
  /** New names of columns by their old ones. */
  readonly renamed?: ReadonlyMap<string, string>;
}

interface Former {
  readonly table: string;
  readonly actual: ActualCrr;
}

/** The statements around those that alter the base table. */
export interface AlterSql {
  /** begin_alter: triggers go before anything touches the table they name. */
  readonly begin: readonly string[];
  /** commit_alter: clocks follow the table, and the triggers are made again. */
  readonly commit: readonly string[];
}

/**
 * The statements that change one CRR from its present state to that of its spec. A renamed column
 * keeps its versions, a dropped one loses them, an added one starts without clock in O(1); a changed
 * key drops the clocks and fills them again. Pending changes that can be applied now are left to
 * {@link applyPendingStatements}.
 */
export function alterSql({ from, to, renamed = new Map() }: CrrChange): AlterSql {
  const begin = [...(from?.actual.triggers.keys() ?? [])].map(dropTrigger);
  if (to === undefined) return { begin, commit: from === undefined ? [] : removal(from) };
  const triggers = tableTriggers(to).map(({ sql }) => sql);
  const clock = from?.actual.clock;
  if (from === undefined || clock === undefined) {
    // A database that install() prepared before its first migration has some of this already.
    const create = triggers.map((sql) => sql.replace('CREATE TRIGGER', '$& IF NOT EXISTS'));
    return {
      begin,
      commit: [
        ...MODULES.flatMap((module) => module.adopt?.(to) ?? []),
        ...leftovers(from),
        ...tableStatements(to),
        ...create,
        ...backfillStatements(to),
      ],
    };
  }
  const alteration = { table: from.table, actual: from.actual, to };
  const commit = isSameClockKey(clock, expectedClock(to), renamed)
    ? alter(alteration, renamed)
    : changeKey(alteration);
  return { begin, commit: [...commit, ...triggers] };
}

/**
 * Applies the changes that waited for these tables and columns, which exist now.
 *
 * @param greatestTime SQL of the greatest version that columns merged by time take now.
 */
export function applyPendingStatements(
  specs: readonly TableSpec[],
  greatestTime?: string,
): string[] {
  const drains = specs.flatMap((spec) => drainPendingStatements(spec, greatestTime));
  return [beginApplySql(), ...drains, endApplySql(specs)];
}

function removal({ table, actual }: Former): string[] {
  return MODULES.flatMap((module) => module.drop?.(table, actual) ?? []);
}

/** A gate of another version, and cells without clocks, which belong to no life of a row. */
function leftovers(from: Former | undefined): string[] {
  if (from === undefined) return [];
  return [gateModule, cellsModule].flatMap((module) => module.drop!(from.table, from.actual));
}

/** Rows of another key are other rows: the clocks start again, and waiting changes no longer fit. */
function changeKey(change: Alteration): string[] {
  const { table, actual, to } = change;
  const renamed: AlterStep = { step: 'rename table', from: table, to: to.name };
  const parts = [clockModule, gateModule, cellsModule, pendingModule];
  return [
    ...parts.flatMap((module) => module.drop!(table, actual)),
    ...(table === to.name ? [] : formerNames(renamed, change)),
    ...tableStatements(to),
    ...backfillStatements(to),
  ];
}

/** The clock and cell tables are gone: only those who keep names are concerned. */
function formerNames(step: AlterStep, change: Alteration): string[] {
  const keepNames = MODULES.filter(({ name }) => name === 'former' || name === 'catalog');
  return keepNames.flatMap((module) => module.alter?.(step, change) ?? []);
}

function alter(change: Alteration, renamed: ReadonlyMap<string, string>): string[] {
  const { actual, to } = change;
  const steps = alterSteps(change, renamed).flatMap((step) =>
    MODULES.flatMap((module) => module.alter?.(step, change) ?? []),
  );
  const before = new Map(
    [...actual.columns].map(([name, kind]) => [renamed.get(name) ?? name, kind]),
  );
  const carried = replicatedColumns(to).flatMap((column) =>
    changeTypeStatements(to, column, before.get(column.name)),
  );
  return [
    ...steps,
    ...carried,
    ...(carried.length > 0 ? showCellsStatements(to) : []),
    ...MODULES.flatMap((module) => module.refresh?.(change) ?? []),
  ];
}

/** The steps of the alteration. A column that changes its type is neither added nor dropped. */
function alterSteps(
  { table, actual, to }: Alteration,
  renamed: ReadonlyMap<string, string>,
): AlterStep[] {
  const steps: AlterStep[] = [];
  if (table !== to.name) steps.push({ step: 'rename table', from: table, to: to.name });
  for (const { name } of actual.clock!.key) {
    const after = renamed.get(name);
    if (after !== undefined) steps.push({ step: 'rename key', from: name, to: after });
  }
  const wanted = new Set(replicatedColumns(to).map(({ name }) => name));
  const stays = (name: string) => wanted.has(renamed.get(name) ?? name);
  for (const [name, kind] of actual.columns) {
    const after = renamed.get(name);
    if (after !== undefined && stays(name)) {
      steps.push({ step: 'rename column', from: name, to: after, kind });
    }
  }
  const dropped = [...actual.columns].flatMap(([name, kind]) =>
    stays(name) ? [] : [{ name, kind }],
  );
  if (dropped.length > 0) {
    const remaining = [...actual.columns].flatMap(([name, kind]) =>
      stays(name) && typeOf({ kind }).storage === 'clock' ? [renamed.get(name) ?? name] : [],
    );
    steps.push({ step: 'drop columns', columns: dropped, remaining });
  }
  const present = new Set([...actual.columns.keys()].map((name) => renamed.get(name) ?? name));
  for (const column of replicatedColumns(to)) {
    if (!present.has(column.name)) steps.push({ step: 'add column', column });
  }
  // Pending changes under a name that has just changed move to the new name.
  if (table !== to.name || dropped.length > 0 || renamed.size > 0) {
    steps.push({ step: 'names changed' });
  }
  return steps;
}
