import type { InferSelectModel } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { CrrCore } from '../database/crr.js';
import { requireHistory } from '../database/history.js';
import type { RowFork as StoredFork } from '../database/row-forks.js';
import type { Cells } from '../feed/shown-rows.js';
import type { TableSpec } from '../model/table-spec.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { requireCrr, storedKey } from './conflict.js';
import { requireCommit } from './history.js';
import type { CommitOptions } from './history-types.js';
import { cellsInTypes, type RowSide } from './row-merge.js';
import { packedRowRefs, type RowRef } from './row-ref.js';

/**
 * A row that sites wrote without each other's write, in a table with `conflictLevel: 'row'`. Every site shows the same of
 * them, column by column; it stays in conflict until somebody writes the row again, or chooses.
 */
export interface RowConflict<TTable extends SQLiteTable = SQLiteTable> extends RowRef {
  readonly reason: 'row';
  /** Property names of the columns in which the sides differ. */
  readonly columns: readonly (keyof InferSelectModel<TTable> & string)[];
  /** What they started from; undefined if there was no row, or the log does not have it. */
  readonly base: RowSide<TTable>;
  /** What the table shows; undefined if the row is deleted. */
  readonly shown: RowSide<TTable>;
  /** The row as each side has left it, with `choose()`. */
  readonly forks: readonly RowFork<TTable>[];
}

/** A row in conflict as one site has left it. What no site disagrees about is as the table shows it. */
export interface RowFork<TTable extends SQLiteTable = SQLiteTable> extends RowRef {
  /** Undefined: the site deleted the row. */
  readonly row: RowSide<TTable>;
  /** Property names of the columns in conflict that this site wrote. */
  readonly columns: readonly (keyof InferSelectModel<TTable> & string)[];
  /** 16 bytes. */
  readonly siteId: Uint8Array;
  /** Of the last of its writes: by its clock, and as it was noted. */
  readonly at: Date;
  readonly author: string | undefined;
  readonly message: string | undefined;
  /** Names of the writes, the latest last. */
  readonly events: readonly string[];
  /** Writes this side's values of all columns in conflict, which settles them at all sites. */
  choose(options?: CommitOptions): Promise<void>;
}

/** The forks of a row, in the types of its table. */
export async function forksOf<TTable extends SQLiteTable>(
  core: CrrCore,
  schema: DrizzleSchema,
  table: TTable,
  key: Readonly<Record<string, unknown>>,
): Promise<RowFork<TTable>[]> {
  const spec = requireCrr(schema, table, 'forks()');
  requireHistory('forks()', spec);
  const forks = await core.reviews.forks(spec, storedKey(table, spec, key));
  return forks.map(forksInTypes<TTable>(core, schema, spec));
}

/** All rows of a table that are in conflict, if its conflicts are by row. */
export async function rowConflictsOf<TTable extends SQLiteTable>(
  core: CrrCore,
  schema: DrizzleSchema,
  spec: TableSpec,
): Promise<RowConflict<TTable>[]> {
  const toRef = packedRowRefs(schema);
  const inTypes = cellsInTypes(schema, spec.name);
  const rows = await core.reviews.forkedRows(spec);
  return rows.map(({ base, shown, forks, ...row }) => {
    const ref = toRef(row);
    const side = (cells: Cells | undefined) => cells && { ...ref.key, ...inTypes(cells) };
    return {
      ...ref,
      reason: 'row',
      columns: forks[0]!.columns.map(({ property }) => property),
      base: side(base),
      shown: side(shown),
      forks: forks.map(forksInTypes<TTable>(core, schema, spec)),
    } as unknown as RowConflict<TTable>;
  });
}

function forksInTypes<TTable extends SQLiteTable>(
  core: CrrCore,
  schema: DrizzleSchema,
  spec: TableSpec,
): (fork: StoredFork) => RowFork<TTable> {
  const toRef = packedRowRefs(schema);
  const inTypes = cellsInTypes(schema, spec.name);
  return (fork) => {
    const { cells, written, events, writer } = fork;
    const ref = toRef(fork);
    const found = {
      ...ref,
      row: cells && { ...ref.key, ...inTypes(cells) },
      columns: written.map(({ property }) => property),
      events,
      ...writer,
      at: new Date(writer.at),
      async choose(options: CommitOptions = {}) {
        requireCommit('choose()', options);
        await core.reviews.choose(fork, chosenCells(fork), options);
      },
    };
    return found as unknown as RowFork<TTable>;
  };
}

/** A side that deleted the row deletes it again. What is not known of it any more stays as it is shown. */
function chosenCells({ cells, columns }: StoredFork): Cells | null {
  if (cells === undefined) return null;
  const names = columns.map(({ name }) => name);
  return new Map([...cells].filter(([name]) => names.includes(name)));
}
