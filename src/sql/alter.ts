import type { TableSpec } from '../schema/table-spec.js';
import {
  clockIndexStatement,
  dropClockColumnStatement,
  dropPartsStatements,
  keepRowsToldStatement,
  renameClockColumnStatement,
  renameClockKeyStatement,
  renameClockTableStatements,
} from './alter-clock.js';
import { beginApplySql, endApplySql } from './applying.js';
import { backfillStatements } from './backfill.js';
import { addClockColumnStatement } from './clock-table.js';
import {
  columnAddedStatements,
  columnDroppedStatements,
  columnRenamedStatements,
  followFormerNamesStatements,
  tableAddedStatements,
  tableDroppedStatements,
  tableRenamedStatements,
} from './former-names.js';
import { tableStatements, tableTriggers } from './install.js';
import { kindChangeStatements } from './kind-change.js';
import { gateTableStatement } from './merge-gate.js';
import { mergeGate, PENDING_TABLE } from './names.js';
import { type CrrParts, expectedParts, sameKey } from './parts.js';
import { drainPendingStatements } from './pending.js';
import { quoteName, quoteText } from './quote.js';

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
  if (to === undefined) return { begin, commit: from ? removal(from.table) : [] };
  const triggers = tableTriggers(to).map(({ sql }) => sql);
  if (from?.parts.clock === undefined) {
    // A database that install() prepared before its first migration has some of this already.
    const create = triggers.map((sql) => sql.replace('CREATE TRIGGER', '$& IF NOT EXISTS'));
    const commit = [
      ...tableAddedStatements(to.name),
      ...(from?.parts.gate === undefined ? [] : [dropGate(from.table)]),
      ...tableStatements(to),
      ...create,
      ...backfillStatements(to),
    ];
    return { begin, commit };
  }
  const steps = sameKey(from.parts.clock, expectedParts(to).clock!, renamed)
    ? [...clockSteps(from.table, from.parts, to, renamed), ...gateSteps(from.table, from.parts, to)]
    : keyChange(from.table, to);
  return { begin, commit: [...steps, ...triggers] };
}

/** Applies what waited for these tables and columns, now that they are there. */
export function applyPendingStatements(specs: readonly TableSpec[]): string[] {
  return [beginApplySql(), ...specs.flatMap(drainPendingStatements), endApplySql(specs)];
}

function removal(table: string): string[] {
  return [...dropPartsStatements(table), forgetPending(table), ...tableDroppedStatements(table)];
}

/** Rows of another key are other rows: the clocks start anew, and what waits fits no more. */
function keyChange(from: string, to: TableSpec): string[] {
  return [
    ...dropPartsStatements(from),
    forgetPending(from),
    ...(from === to.name ? [] : tableRenamedStatements(from, to.name)),
    ...tableStatements(to),
    ...backfillStatements(to),
  ];
}

function clockSteps(
  table: string,
  { clock, kinds }: CrrParts,
  to: TableSpec,
  renamed: ReadonlyMap<string, string>,
): string[] {
  const steps: string[] = [];
  if (table !== to.name) {
    steps.push(...renameClockTableStatements(table, to), ...tableRenamedStatements(table, to.name));
  } else if (!clock!.hasIndex) {
    steps.push(clockIndexStatement(to));
  }
  for (const { name } of clock!.key) {
    const after = renamed.get(name);
    if (after !== undefined) steps.push(renameClockKeyStatement(to.name, name, after));
  }
  const wanted = new Set(to.columns.map(({ name }) => name));
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
  if (dropped.length > 0) steps.push(keepRowsToldStatement(to.name, [...present]));
  for (const name of dropped) {
    steps.push(dropClockColumnStatement(to.name, name));
    steps.push(...columnDroppedStatements(to.name, name));
  }
  for (const { name } of to.columns) {
    if (present.has(name)) continue;
    steps.push(addClockColumnStatement(to, name), ...columnAddedStatements(to.name, name));
  }
  // What waits under a name that just changed moves along.
  if (table !== to.name || dropped.length > 0 || renamed.size > 0) {
    steps.push(...followFormerNamesStatements());
  }
  const before = new Map(
    [...(kinds ?? [])].map(([name, kind]) => [renamed.get(name) ?? name, kind]),
  );
  for (const column of to.columns) {
    steps.push(...kindChangeStatements(to, column, before.get(column.name)));
  }
  return steps;
}

/** A gate never holds a row, so another one is simply made in its place. */
function gateSteps(table: string, { gate }: CrrParts, to: TableSpec): string[] {
  if (table === to.name && gate === expectedParts(to).gate) return [];
  return [...(gate === undefined ? [] : [dropGate(table)]), gateTableStatement(to)];
}

const dropGate = (table: string) => `DROP TABLE IF EXISTS ${quoteName(mergeGate(table))}`;
const forgetPending = (table: string) =>
  `DELETE FROM ${PENDING_TABLE} WHERE tbl = ${quoteText(table)}`;
