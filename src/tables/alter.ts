import { typeOf } from '../columns/registry.js';
import { affinityOf } from '../model/declared-type.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
  unwrittenValue,
} from '../model/table-spec.js';
import { asideTable } from '../sql/names.js';
import { type ActualCrr, expectedClock, isSameClockKey } from './actual.js';
import { alterSteps } from './alter-steps.js';
import { moveToKey } from './aside/change-key.js';
import { completeAside } from './aside/merged.js';
import { asideModule } from './aside/module.js';
import { isMaskedNull, type Required, standInForNulls } from './aside/stand-in.js';
import { decodeSpec } from './catalog/table.js';
import { cellsModule } from './cells/module.js';
import { reshapeCells } from './cells/reshape.js';
import { showCellsStatements } from './cells/show.js';
import { cellUnwritten, changeTypeStatements } from './change-type.js';
import { backfillStatements } from './clock/backfill.js';
import { BASE, convertValues, fillNulls, stampUnwritten, writeOut } from './clock/fill.js';
import { clockModule } from './clock/module.js';
import { tableForgotten } from './former/names.js';
import { keptTriggers } from './kept-triggers.js';
import { baselineStatements } from './log/assumed.js';
import { logModule } from './log/module.js';
import { dropMerging } from './merging.js';
import type { Alteration, AlterStep } from './module.js';
import { MODULES, tableStatements, tableTriggers } from './modules.js';
import { pendingModule } from './pending/module.js';
import { dropTrigger } from './trigger.js';

/** The alteration of one CRR. `from` is undefined if it is new, `to` if it is dropped. */
export interface CrrChange {
  /** The present parts of the CRR, and its present table name. */
  readonly from: Former | undefined;
  readonly to: TableSpec | undefined;
  /** New names of columns by their old ones. */
  readonly renamed?: ReadonlyMap<string, string>;
  /** The table gets columns, and nothing else alters it between begin and commit. */
  readonly grows?: boolean;
}

const NONE: ReadonlySet<string> = new Set();

interface Former {
  readonly table: string;
  readonly actual: ActualCrr;
}

/** The statements around those that alter the base table. */
export interface AlterSql {
  /** begin_alter: triggers and gates go before anything touches the table they name. */
  readonly begin: readonly string[];
  /** commit_alter: clocks follow the table, and the triggers are made again. What merging needs is not: see merging.ts. */
  readonly commit: readonly string[];
}

/**
 * The statements that change one CRR from its present state to that of its spec. A renamed column
 * keeps its versions, a dropped one loses them, an added one starts without clock in O(1); a changed
 * key drops the clocks and fills them again. Pending changes are left to the next apply; see tryAll() of
 * src/tables/pending.
 */
export function alterSql({ from, to, renamed = new Map(), grows = false }: CrrChange): AlterSql {
  const kept =
    from === undefined || to === undefined || !grows ? NONE : keptTriggers(from.actual, to);
  const begin = from === undefined ? [] : dropTriggers(from.actual, kept);
  if (to === undefined) return { begin, commit: from === undefined ? [] : removal(from) };
  const triggers = tableTriggers(to).flatMap(({ name, sql }) => (kept.has(name) ? [] : [sql]));
  const clock = from?.actual.clock;
  if (from === undefined || clock === undefined) {
    return {
      begin,
      commit: [
        ...MODULES.flatMap((module) => module.adopt?.(to) ?? []),
        // Cells without clocks belong to no life of a row.
        ...(from === undefined ? [] : cellsModule.drop!(from.table, from.actual)),
        ...tableStatements(to),
        ...triggers,
        ...backfillStatements(to),
        ...(to.history ? baselineStatements(to) : []),
      ],
    };
  }
  const alteration = { table: from.table, actual: from.actual, to, renamed };
  const commit = isSameClockKey(clock, expectedClock(to), renamed)
    ? alter(alteration)
    : changeKey(alteration);
  return { begin, commit: [...commit, ...triggers] };
}

/**
 * What is done to values before anything alters the table. NULLs of columns that become NOT NULL are filled,
 * because a rebuild would fail on them. If a default changes, values are written out: with ALTER COLUMN of
 * libSQL, rows that were not written since the column was added would get the new default.
 *
 * @param renamed new names of columns by their old ones.
 */
export function keepValuesSql(
  from: TableSpec,
  to: TableSpec,
  renamed: ReadonlyMap<string, string>,
): string[] {
  const after = new Map(replicatedColumns(to).map((column) => [column.name, column]));
  const isSameKey = isSameClockKey(expectedClock(from), expectedClock(to), renamed);
  const values = replicatedColumns(from).flatMap((column) => {
    const now = after.get(renamed.get(column.name) ?? column.name);
    if (now === undefined) return [];
    const isClock = typeOf(column).storage === 'clock' && typeOf(now).storage === 'clock';
    const becomesRequired = isClock && now.notNull && !column.notNull;
    const required = { before: from, column, base: from, present: column, now: itself };
    return [
      ...(changesDefault(column, now) ? [writeOut(from, column)] : []),
      ...(becomesRequired ? requireValues(required, unwrittenValue(now)) : []),
    ];
  });
  return [...(isSameKey ? [] : completeAside(from)), ...values];
}

const itself = (name: string) => name;

/** No base row shows NULL any more, as far as there is a value for it. */
function requireValues(required: Required, value: string | undefined): string[] {
  const { base, present } = required;
  return [
    ...standInForNulls(required),
    ...(value === undefined ? [] : fillNulls(base, present, value, isMaskedNull(required, BASE))),
  ];
}

const dropTriggers = ({ triggers, merging }: ActualCrr, kept: ReadonlySet<string>) => [
  ...[...triggers.keys()].filter((name) => !kept.has(name)).map(dropTrigger),
  ...dropMerging(merging.keys()),
];

function removal({ table, actual }: Former): string[] {
  return MODULES.flatMap((module) => module.drop?.(table, actual) ?? []);
}

/** Rows of another key are other rows: the clocks start again, and waiting changes no longer fit. */
function changeKey(change: Alteration): string[] {
  const { table, actual, to, renamed } = change;
  const step: AlterStep = { step: 'rename table', from: table, to: to.name };
  const parts = [clockModule, cellsModule, logModule, asideModule, pendingModule];
  const before = actual.recorded === undefined ? undefined : decodeSpec(actual.recorded);
  const hasAside = before?.constraints !== undefined && actual.objects.has(asideTable(table));
  const moved = hasAside ? moveToKey({ ...before, name: table }, to, renamed) : undefined;
  return [
    ...(moved?.keep ?? []),
    ...parts.flatMap((module) => module.drop!(table, actual)),
    ...(table === to.name ? [] : formerNames(step, change)),
    ...tableForgotten(to.name),
    ...tableStatements(to),
    ...(moved?.bringBack ?? []),
    ...backfillStatements(to),
    ...(moved === undefined ? [] : [...backfillStatements(to, moved.table), ...moved.forget]),
    ...(to.history ? baselineStatements(to) : []),
  ];
}

/** The clock and cell tables are gone: only those who keep names are concerned. */
function formerNames(step: AlterStep, change: Alteration): string[] {
  const keepNames = MODULES.filter(({ name }) => name === 'former' || name === 'catalog');
  return keepNames.flatMap((module) => module.alter?.(step, change) ?? []);
}

function alter(change: Alteration): string[] {
  const { actual, to, renamed } = change;
  const steps = alterSteps(change, renamed).flatMap((step) =>
    MODULES.flatMap((module) => module.alter?.(step, change) ?? []),
  );
  const before = new Map(
    [...actual.columns].map(([name, kind]) => [renamed.get(name) ?? name, kind]),
  );
  const carried = [
    ...replicatedColumns(to).flatMap((column) =>
      changeTypeStatements(to, column, before.get(column.name)),
    ),
    ...agreeOnCells(change, renamed),
  ];
  return [
    ...steps,
    ...carried,
    ...agreeOnValues(change, renamed),
    ...reshapeCells(change),
    ...(carried.length > 0 ? showCellsStatements(to) : []),
    ...MODULES.flatMap((module) => module.refresh?.(change) ?? []),
  ];
}

/**
 * Sites get a row before or after they migrate, and must end with the same values: what the migration left in
 * a column is stamped, unless every site finds it for itself.
 */
function agreeOnValues(change: Alteration, renamed: ReadonlyMap<string, string>): string[] {
  const { to } = change;
  const before = columnsBefore(change, renamed);
  return to.clockColumns.flatMap((column) => {
    const was = before.get(column.name);
    if (was === undefined) return stampUnwritten(to, column);
    const changesType = affinityOf(was.sqlType) !== affinityOf(column.sqlType);
    const becomesRequired = column.notNull && !was.notNull;
    return [
      ...(changesType ? convertValues(to, column) : []),
      ...(becomesRequired ? requireValues(requiredIn(change, column), unwrittenValue(column)) : []),
      ...(changesType || changesDefault(was, column) ? stampUnwritten(to, column) : []),
    ];
  });
}

/** Beside the base table as it is now, rows are still aside as they were before. */
function requiredIn(
  { table, actual: { recorded }, to, renamed }: Alteration,
  present: ReplicatedColumnSpec,
): Required {
  const before = { ...decodeSpec(recorded!), name: table };
  const now = (name: string) => renamed.get(name) ?? name;
  const column = before.clockColumns.find(({ name }) => now(name) === present.name) ?? present;
  return { before, column, base: to, present, now };
}

/** The same for columns that show what their cells hold, or their default. */
function agreeOnCells(change: Alteration, renamed: ReadonlyMap<string, string>): string[] {
  const before = columnsBefore(change, renamed);
  return change.to.cellColumns.flatMap((column) => {
    const was = before.get(column.name);
    if (was === undefined || typeOf(was) !== typeOf(column)) return [];
    return changesDefault(was, column) ? cellUnwritten(change.to, column) : [];
  });
}

const changesDefault = (was: ReplicatedColumnSpec, column: ReplicatedColumnSpec) =>
  was.default !== column.default || unwrittenValue(was) !== unwrittenValue(column);

/** The columns as they are recorded, under their new names. */
function columnsBefore(
  { actual: { recorded } }: Alteration,
  renamed: ReadonlyMap<string, string>,
): ReadonlyMap<string, ReplicatedColumnSpec> {
  const columns = recorded === undefined ? [] : replicatedColumns(decodeSpec(recorded));
  return new Map(columns.map((column) => [renamed.get(column.name) ?? column.name, column]));
}
