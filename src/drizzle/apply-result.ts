import type { MergeReport } from '../database/apply-result.js';
import type { RefusedRow } from '../merge/source.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type { AsideState } from '../tables/aside/table.js';
import type { CountedRejectedRow } from '../tables/pending/rejected.js';
import { type ColumnRef, packedRowRefs, type RowRef, rowRefs } from './row-ref.js';

/**
 * What an apply changed, so that an application can refresh exactly that.
 *
 * @example
 * const { inserted, cellsWon } = await db.$crr.apply(page);
 * // inserted: [{ table: 'todos', key: { id: 'a' } }], cellsWon: 2
 */
export interface ApplyResult {
  /** Rows that appeared, or came back after a delete. */
  readonly inserted: readonly RowRef[];
  /** Rows of which something was new: a cell, or the version of an equal value. */
  readonly updated: readonly RowRef[];
  readonly deleted: readonly RowRef[];
  /**
   * Rows that were merged and are not in the table: a row that they must refer to is not there, or another row has
   * their unique values. They are kept and replicated, and are in the table again once they can be.
   */
  readonly parked: readonly ParkedRow[];
  /** Rows that were parked, and are in the table now. */
  readonly shown: readonly RowRef[];
  /** Rows that show NULL, or a value with a suffix, in a column whose value they cannot show. */
  readonly masked: readonly RowRef[];
  /** Rows of which a column shows its value again. */
  readonly unmasked: readonly RowRef[];
  /** Cells that took the incoming value. */
  readonly cellsWon: number;
  /** Cells that lost, or were known already. */
  readonly cellsIgnored: number;
  /** Counters whose sum is beyond 2^53 - 1: they show the nearest integer within. */
  readonly saturated: readonly ColumnRef[];
  /** Changes of this batch that wait now for their table, column or missing cells. */
  readonly pending: number;
  /** Of these, the changes whose writer's clock is ahead by more than `maxDrift`. */
  readonly held: number;
  /**
   * Rows whose changes this database rejected, because they break a constraint. Everything else was merged.
   * The changes are kept, and are tried again when their row changes; see {@link Crr.rejected}.
   */
  readonly rejected: readonly RejectedRow[];
}

/** A row whose changes the database rejected, because they break a constraint. */
export interface RejectedRow extends RowRef {
  /** The packed key. */
  readonly pk: Uint8Array;
  /** The reason in the database's words, such as `CHECK constraint failed: low < high`. */
  readonly reason: string;
  /** How many changes of the row are kept. */
  readonly changes: number;
}

/** A row that is not shown. */
export interface ParkedRow extends RowRef {
  /**
   * `'reference'`: the row that it refers to is not shown. `'unique'`: another row has its unique values.
   * `'rejected'`: the database rejects the row as it would be shown.
   */
  readonly reason: AsideState;
}

/** The result of {@link CrrTransport.merge}. */
export interface MergeResult extends ApplyResult {
  /**
   * The db_version under which all that was new in this batch, and nothing else, is stored now.
   * Undefined if nothing was new, or if changes that had waited were applied with it.
   */
  readonly stamp: number | undefined;
  /** Rows of which something was not applied, because the source may not write it. */
  readonly refused: readonly RefusedRow[];
  /** The db_version just before. Undefined if the batch had no changes. */
  readonly prior: number | undefined;
}

/** The report in the types of the Drizzle tables. Rows are converted when they are first looked at. */
export function applyResult(report: MergeReport, schema: DrizzleSchema): ApplyResult {
  const { inserted, updated, deleted, parked, shown, masked, unmasked } = report;
  const { saturated, rejected } = report;
  const { cellsWon, cellsIgnored, pending, held } = report;
  const toRef = rowRefs(schema);
  const rows = {
    inserted: () => inserted.map(toRef),
    updated: () => updated.map(toRef),
    deleted: () => deleted.map(toRef),
    parked: () => parked.map((row) => ({ ...toRef(row), reason: row.reason })),
    shown: () => shown.map(toRef),
    masked: () => masked.map(toRef),
    unmasked: () => unmasked.map(toRef),
    saturated: () => saturated.map((column) => ({ ...toRef(column), column: column.column })),
    rejected: () => rejectedRows(rejected, schema),
  };
  return lazily(rows, { cellsWon, cellsIgnored, pending, held });
}

/** Rejected rows in the types of the Drizzle tables. Tables that the schema lacks are left out. */
export function rejectedRows(
  rows: readonly CountedRejectedRow[],
  schema: DrizzleSchema,
): RejectedRow[] {
  const toRef = packedRowRefs(schema);
  return rows.flatMap((row) => {
    const { pk, reason, changes } = row;
    return schema.tables.has(row.table) ? [{ ...toRef(row), pk, reason, changes }] : [];
  });
}

export function mergeResult(report: MergeReport, schema: DrizzleSchema): MergeResult {
  const { stamp, prior, refused } = report;
  return Object.assign(applyResult(report, schema), { stamp, prior, refused });
}

type Lazy = Readonly<Record<string, () => unknown>>;
type Read<TLazy extends Lazy> = { readonly [K in keyof TLazy]: ReturnType<TLazy[K]> };

/** An object with properties that are computed at their first use. */
function lazily<TLazy extends Lazy, TPlain extends object>(
  lazy: TLazy,
  plain: TPlain,
): Read<TLazy> & TPlain {
  const result = { ...plain };
  // console.log would show [Getter] instead of rows.
  Object.defineProperty(result, Symbol.for('nodejs.util.inspect.custom'), {
    value: () => ({ ...result }),
  });
  for (const [name, compute] of Object.entries(lazy)) {
    Object.defineProperty(result, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = compute();
        Object.defineProperty(result, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return result as Read<TLazy> & TPlain;
}
