import { isCounter } from '../columns/registry.js';
import { unpackKey } from '../model/packed-key.js';
import type { RowId } from '../model/row-id.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../model/table-spec.js';
import { isSameValue, type SqlValue } from '../model/value.js';
import type { Statement } from '../sql/statement.js';
import {
  deleteRow,
  insertRow,
  type RestoredCell,
  restoredCells,
  updateRow,
} from '../tables/log/revert.js';
import { parseValueText, valueTextOf } from '../tables/log/text.js';
import type { Cells } from './shown-rows.js';

/** A row that a draft has written. A row that is undefined is not there. */
export interface DraftRow extends RowId {
  /** As it was when the draft first wrote it; each cell: when it first wrote that. */
  readonly base: Cells | undefined;
  /** As the draft has it. A cell that it has not written is as in `base`. */
  readonly theirs: Cells | undefined;
}

/** The columns that a draft has written in a row that was there and is there. */
export function writtenColumns(spec: TableSpec, { base, theirs }: DraftRow) {
  if (base === undefined || theirs === undefined) return [];
  return replicatedColumns(spec).filter(
    ({ name }) => theirs.has(name) && !isSameValue(base.get(name), theirs.get(name)),
  );
}

/** Whether a draft does nothing to a row any more. */
export const isUnwritten = (spec: TableSpec, row: DraftRow): boolean =>
  row.base === undefined || row.theirs === undefined
    ? row.base === row.theirs
    : writtenColumns(spec, row).length === 0;

/**
 * A row of a draft after a transaction of it.
 *
 * @param known what the draft had written to it before.
 * @param ours the row without the draft.
 * @param before the row with the draft, before the transaction.
 * @param after the same after it.
 */
export function nextDraftRow(
  spec: TableSpec,
  row: RowId,
  known: DraftRow | undefined,
  ours: Cells | undefined,
  before: Cells | undefined,
  after: Cells | undefined,
): DraftRow | undefined {
  const { table, pk } = row;
  if (isEqual(before, after)) return known;
  if (known === undefined) return { table, pk, base: ours, theirs: after };
  if (after === undefined) return { table, pk, base: known.base ?? ours, theirs: undefined };
  if (known.base === undefined) return { table, pk, base: undefined, theirs: after };
  const base = new Map(known.base);
  const theirs = new Map(known.theirs ?? known.base);
  for (const column of replicatedColumns(spec)) {
    const { name } = column;
    const [from, to] = [before?.get(name), after.get(name)];
    if (to === undefined || isSameValue(from, to)) continue;
    const isWritten = known.theirs !== undefined && !isSameValue(base.get(name), theirs.get(name));
    // What it is first written over is what stands here now.
    const start = isWritten ? theirs.get(name) : ours?.get(name);
    if (!isWritten && start !== undefined) base.set(name, start);
    const added = addition(column, from, to);
    theirs.set(name, added !== undefined && typeof start === 'bigint' ? start + added : to);
  }
  return { table, pk, base, theirs };
}

function isEqual(a: Cells | undefined, b: Cells | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.size === b.size && [...a].every(([name, value]) => isSameValue(value, b.get(name)));
}

/**
 * The statements that write a row of a draft over what stands now: ordinary writes. What stands already is not written.
 *
 * @param columns the columns that are written. Default: all that the draft has written.
 */
export function draftWrites(
  spec: TableSpec,
  row: DraftRow,
  ours: Cells | undefined,
  columns: readonly ReplicatedColumnSpec[] = writtenColumns(spec, row),
): Statement[] {
  const { base, theirs } = row;
  const key = unpackKey(row.pk);
  if (theirs === undefined) return ours === undefined ? [] : [deleteRow(spec, key)];
  if (ours === undefined) {
    const taken = new Map(base ?? theirs);
    for (const { name } of columns) taken.set(name, theirs.get(name)!);
    return [insertRow(spec, key, restoredCells(spec, taken))];
  }
  const given = base === undefined ? replicatedColumns(spec) : columns;
  const cells = given.flatMap((column): RestoredCell[] => {
    const { name } = column;
    const value = theirs.get(name);
    if (value === undefined) return [];
    const added = base && addition(column, base.get(name), value);
    if (added !== undefined) return added === 0n ? [] : [{ column, value: added, isAdded: true }];
    return isSameValue(value, ours.get(name)) ? [] : [{ column, value }];
  });
  return cells.length === 0 ? [] : [updateRow(spec, key, cells)];
}

/** What a draft has added to a counter, to which others add, too. Undefined if the column is none. */
function addition(
  column: ReplicatedColumnSpec,
  base: SqlValue | undefined,
  theirs: SqlValue,
): bigint | undefined {
  if (!isCounter(column)) return undefined;
  return typeof base === 'bigint' && typeof theirs === 'bigint' ? theirs - base : undefined;
}

/** A row as JSON. */
export const rowTextOf = (cells: Cells | undefined): string | undefined =>
  cells &&
  JSON.stringify(Object.fromEntries([...cells].map(([name, v]) => [name, valueTextOf(v)])));

/** Reads the JSON of a row. Columns that the table has no more are left out. */
export function parseRowText(
  spec: TableSpec,
  text: string | undefined,
  presentName: (name: string) => string,
): Cells | undefined {
  if (text === undefined) return undefined;
  const columns = new Set(replicatedColumns(spec).map(({ name }) => name));
  const cells = new Map<string, SqlValue>();
  for (const [former, value] of Object.entries(JSON.parse(text) as Record<string, string>)) {
    const name = columns.has(former) ? former : presentName(former);
    const parsed = parseValueText(value);
    if (columns.has(name) && parsed !== undefined) cells.set(name, parsed);
  }
  return cells;
}
