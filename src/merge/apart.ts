import { keysByTable, type RowId, type RowSet } from '../model/row-id.js';
import type { TableSpec } from '../model/table-spec.js';
import { type Query, type Statement, statement } from '../sql/statement.js';
import type { KeyRange } from '../tables/pending/drain.js';
import {
  listRejectedNow,
  noteTried,
  type RejectedRow,
  rejectRow,
  tryChanged,
  tryRows,
} from '../tables/pending/rejected.js';
import type { MergeOutcome } from './outcome.js';

/**
 * What is kept apart in a merge after the database has rejected one: some row breaks a constraint. Normally
 * nothing is.
 */
export interface Apart {
  /** Rows of the batch that are not offered: they go to the pending table, to be tried with what is pending for them. */
  readonly held?: RowSet | undefined;
  /**
   * Of what waits, only these tables are applied, and in each only this range of packed keys, unless it is
   * undefined. Default: as far as it may be needed.
   */
  readonly only?: ReadonlyMap<string, KeyRange | undefined> | undefined;
  /** Rows that wait and are rejected. */
  readonly rejected?: readonly RejectedRow[] | undefined;
  /** Rows that wait and that the database rejects: they are merged, and parked with the reason. */
  readonly parks?: readonly RejectedRow[] | undefined;
  /** Rows that stay parked, because the database rejects them, with the reason. */
  readonly stays?: readonly RejectedRow[] | undefined;
  /**
   * Of the rows that the batch does not bring, only these may be shown otherwise than before; others are parked if they
   * have to. Default: all. It is given if a trigger of the application rejects one of them now.
   */
  readonly shows?: readonly RowId[] | undefined;
  /** Changes that came after this db_version are counted as this batch's if they wait. Default: those of this merge. */
  readonly countedFrom?: number | undefined;
}

/** Nothing of what waits is applied. */
export const NO_TABLES: NonNullable<Apart['only']> = new Map();

/** Marks rows that are held, or parked, to be tried. */
export function tryHeld({ held, parks = [] }: Apart, source: string): Statement[] {
  const rows: RowId[] = [...(held?.values() ?? []), ...parks];
  return [...keysByTable(rows)].flatMap(([table, keys]) => tryRows(source, table, keys));
}

/** Rejects rows that wait. */
export function rejectRows({ rejected = [] }: Apart, source: string): Statement[] {
  return rejected.map((row) => rejectRow(source, row));
}

/** Tries what was rejected before, in tables that are drained, if its row has changed. */
export function tryChangedRows(drained: readonly TableSpec[], source: string): Statement[] {
  if (drained.length === 0) return [];
  const statements = [...drained.map((spec) => tryChanged(source, spec)), noteTried(source)];
  return statements.map((sql) => statement(sql));
}

/** Reports the rows that the merge rejects. */
export function reportRejected(
  { rejected = [] }: Apart,
  source: string,
  outcome: MergeOutcome,
): Query[] {
  if (rejected.length === 0) return [];
  return [listRejectedNow(source, (row) => outcome.rejected.push(row))];
}

/** The rows of changes or of what waits, as ranges of keys. The rows are in the order of the pending table. */
export function rangesOf(rows: readonly RowId[]): Map<string, KeyRange> {
  const ranges = new Map<string, KeyRange>();
  for (const { table, pk } of rows) {
    ranges.set(table, { first: ranges.get(table)?.first ?? pk, last: pk });
  }
  return ranges;
}
