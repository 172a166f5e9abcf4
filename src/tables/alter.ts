import { hasSiteCells, type TableSpec } from '../model/table-spec.js';
import { mergeGate, PENDING_TABLE } from '../sql/names.js';
import { quoteName, quoteText } from '../sql/quote.js';
import { beginApplySql, endApplySql } from './applying.js';
import {
  cellTableStatements,
  dropCellGateStatement,
  dropCellsStatement,
  dropCellTableStatements,
  renameCellKeyStatement,
  renameCellsStatement,
  renameCellTableStatements,
  settleCellsStatements,
} from './cells/site-cells.js';
import {
  clockIndexStatement,
  dropClockColumnStatement,
  dropPartsStatements,
  keepRowsToldStatement,
  renameClockColumnStatement,
  renameClockKeyStatement,
  renameClockTableStatements,
} from './clock/alter-clock.js';
import { backfillStatements } from './clock/backfill.js';
import { addClockColumnStatement } from './clock/clock-table.js';
import {
  columnAddedStatements,
  columnDroppedStatements,
  columnRenamedStatements,
  followFormerNamesStatements,
  tableAddedStatements,
  tableDroppedStatements,
  tableRenamedStatements,
} from './former/former-names.js';
import { gateTableStatement } from './gate/merge-gate.js';
import { tableStatements, tableTriggers } from './install.js';
import { kindChangeStatements } from './kind-change.js';
import { type CrrParts, expectedParts, sameKey } from './parts.js';
import { drainPendingStatements } from './pending/pending.js';

/** What becomes of one CRR: `from` undefined = it is new, `to` undefined = it goes. */
export interface CrrChange {
  /** What is there now, under which table name. */
  readonly from: { readonly table: string; readonly parts: CrrParts } | undefined;
  readonly to: TableSpec | undefined;
  /** New names of columns by their old ones. */
  readonly renamed?: ReadonlyMap<string, string>;
}

/** The steps around statements that alter the base table. */
export interface AlterSql {
  /** begin_alter: triggers go before anything touches the table they name. */
  readonly begin: readonly string[];
  /** commit_alter: clocks follow the table, and the triggers are made anew. */
  readonly commit: readonly string[];
}

/**
 * The statements that take one CRR from what is there to what its spec asks for. A renamed column
 * keeps its versions, a dropped one loses them, an added one starts without clock in O(1); a changed
 * key drops the clocks and fills them again. What then can leave the pending table is left to
 * {@link applyPendingStatements}.
 */
export function alterSql({ from, to, renamed = new Map() }: CrrChange): AlterSql {
  const begin = [...(from?.parts.triggers.keys() ?? [])].map(
    (name) => `DROP TRIGGER IF EXISTS ${quoteName(name)}`,
  );
  if (to === undefined) return { begin, commit: from ? removal(from) : [] };
  const triggers = tableTriggers(to).map(({ sql }) => sql);
  if (from?.parts.clock === undefined) {
    // A database that install() prepared before its first migration has some of this already.
    const create = triggers.map((sql) => sql.replace('CREATE TRIGGER', '$& IF NOT EXISTS'));
    const commit = [
      ...tableAddedStatements(to.name),
      ...(from?.parts.gate === undefined ? [] : [dropGate(from.table)]),
      // Cells without clocks belong to no life of a row.
      ...(from?.parts.cells === undefined ? [] : dropCellTableStatements(from.table)),
      ...tableStatements(to),
      ...create,
      ...backfillStatements(to),
    ];
    return { begin, commit };
  }
  const steps = sameKey(from.parts.clock, expectedParts(to).clock!, renamed)
    ? [
        ...clockSteps(from.table, from.parts, to, renamed),
        ...gateSteps(from.table, from.parts, to),
        ...cellSteps(from.table, from.parts, to),
      ]
    : keyChange(from, to);
  return { begin, commit: [...steps, ...triggers] };
}

/**
 * Applies what waited for these tables and columns, now that they are there.
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

type Former = NonNullable<CrrChange['from']>;

function removal({ table, parts }: Former): string[] {
  const drops = dropPartsStatements(table, parts.cells !== undefined);
  return [...drops, forgetPending(table), ...tableDroppedStatements(table)];
}

/** Rows of another key are other rows: the clocks start anew, and what waits fits no more. */
function keyChange({ table: from, parts }: Former, to: TableSpec): string[] {
  return [
    ...dropPartsStatements(from, parts.cells !== undefined),
    forgetPending(from),
    ...(from === to.name ? [] : tableRenamedStatements(from, to.name)),
    ...tableStatements(to),
    ...backfillStatements(to),
  ];
}

function clockSteps(
  table: string,
  { clock, cells, kinds }: CrrParts,
  to: TableSpec,
  renamed: ReadonlyMap<string, string>,
): string[] {
  const steps: string[] = [];
  if (table !== to.name) {
    steps.push(...renameClockTableStatements(table, to), ...tableRenamedStatements(table, to.name));
  } else if (!clock!.hasIndex) {
    steps.push(clockIndexStatement(to));
  }
  if (cells !== undefined && table !== to.name) {
    steps.push(...renameCellTableStatements(table, to.name));
  }
  for (const { name } of clock!.key) {
    const after = renamed.get(name);
    if (after === undefined) continue;
    steps.push(renameClockKeyStatement(to.name, name, after));
    if (cells !== undefined) steps.push(renameCellKeyStatement(to.name, name, after));
  }
  // A column that merges in another way now keeps or loses its clocks by the statements for that.
  const wanted = new Set([...to.clockColumns, ...to.cellColumns].map(({ name }) => name));
  // Without its table a column has no cells, whatever its triggers say.
  const former = [...(kinds ?? [])].filter(([, kind]) => cells || !hasSiteCells(kind));
  const present = new Set<string>();
  const dropped: string[] = [];
  for (const name of clock!.columns) {
    const after = renamed.get(name) ?? name;
    if (!wanted.has(after)) {
      dropped.push(name);
      continue;
    }
    present.add(after);
    if (after === name) continue;
    steps.push(renameClockColumnStatement(to.name, name, after));
    steps.push(...columnRenamedStatements(to.name, name, after));
  }
  const droppedCells: string[] = [];
  for (const [name, kind] of former) {
    if (!hasSiteCells(kind)) continue;
    const after = renamed.get(name) ?? name;
    if (!wanted.has(after)) {
      droppedCells.push(name);
      continue;
    }
    present.add(after);
    if (after === name) continue;
    steps.push(renameCellsStatement(to.name, name, after));
    steps.push(...columnRenamedStatements(to.name, name, after));
  }
  const clocked = clock!.columns.filter((name) => !dropped.includes(name));
  if (dropped.length > 0 || droppedCells.length > 0) {
    steps.push(
      keepRowsToldStatement(
        to.name,
        clocked.map((name) => renamed.get(name) ?? name),
      ),
    );
  }
  for (const name of dropped) {
    steps.push(dropClockColumnStatement(to.name, name));
    steps.push(...columnDroppedStatements(to.name, name));
  }
  for (const name of droppedCells) {
    steps.push(dropCellsStatement(to.name, name), ...columnDroppedStatements(to.name, name));
  }
  for (const { name } of to.clockColumns) {
    if (present.has(name)) continue;
    steps.push(addClockColumnStatement(to, name), ...columnAddedStatements(to.name, name));
  }
  for (const { name } of to.cellColumns) {
    if (!present.has(name)) steps.push(...columnAddedStatements(to.name, name));
  }
  // What waits under a name that just changed moves along.
  if (table !== to.name || dropped.length + droppedCells.length > 0 || renamed.size > 0) {
    steps.push(...followFormerNamesStatements());
  }
  const before = new Map(former.map(([name, kind]) => [renamed.get(name) ?? name, kind]));
  const carried = [...to.clockColumns, ...to.cellColumns].flatMap((column) =>
    kindChangeStatements(to, column, before.get(column.name)),
  );
  return [...steps, ...carried, ...(carried.length > 0 ? settleCellsStatements(to) : [])];
}

/** A gate never holds a row, so another one is simply made in its place. */
function gateSteps(table: string, { gate }: CrrParts, to: TableSpec): string[] {
  if (table === to.name && gate === expectedParts(to).gate) return [];
  return [...(gate === undefined ? [] : [dropGate(table)]), gateTableStatement(to)];
}

/** The cells' table with its index, and a gate of this version. */
function cellSteps(table: string, { cells }: CrrParts, to: TableSpec): string[] {
  const wanted = expectedParts(to).cells;
  if (wanted === undefined) return cells === undefined ? [] : dropCellTableStatements(to.name);
  if (table === to.name && cells?.hasIndex && cells.gate === wanted.gate) return [];
  return [dropCellGateStatement(to.name), ...cellTableStatements(to)];
}

const dropGate = (table: string) => `DROP TABLE IF EXISTS ${quoteName(mergeGate(table))}`;
const forgetPending = (table: string) =>
  `DELETE FROM ${PENDING_TABLE} WHERE tbl = ${quoteText(table)}`;
