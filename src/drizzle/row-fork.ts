import type { InferSelectModel } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { CrrCore } from '../database/crr.js';
import { requireHistory } from '../database/history.js';
import type { RowFork as StoredFork } from '../database/row-forks.js';
import type { Cells } from '../feed/shown-rows.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { requireCrr, storedKey } from './conflict.js';
import { requireCommit } from './history.js';
import type { CommitOptions } from './history-types.js';
import { cellsInTypes, type RowSide } from './row-merge.js';
import { packedRowRefs, type RowRef } from './row-ref.js';

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
  const toRef = packedRowRefs(schema);
  const inTypes = cellsInTypes(schema, spec.name);
  const found = forks.map((fork) => {
    const { cells, heads } = fork;
    const ref = toRef(fork);
    const last = heads.at(-1)!;
    return {
      ...ref,
      row: cells && { ...ref.key, ...inTypes(cells) },
      columns: heads.map(({ column }) => column.property),
      ...{ siteId: last.siteId, author: last.author, message: last.message },
      at: new Date(last.at),
      events: [...new Set(heads.map(({ event }) => event))],
      async choose(options: CommitOptions = {}) {
        requireCommit('choose()', options);
        await core.reviews.choose(fork, chosenCells(fork), options);
      },
    };
  });
  return found as unknown as RowFork<TTable>[];
}

/** A side that deleted the row deletes it again. */
function chosenCells({ cells, columns }: StoredFork): Cells | null {
  if (cells === undefined) return null;
  return new Map(columns.map(({ name }) => [name, cells.get(name) ?? null]));
}
