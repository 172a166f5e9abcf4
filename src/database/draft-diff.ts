import { isCounter } from '../columns/registry.js';
import { CrrDatabaseError } from '../errors.js';
import { type DraftRow, isUnwritten, writtenColumns } from '../feed/draft-row.js';
import { type Cells, ShownRows } from '../feed/shown-rows.js';
import type { RowId } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import type { ReplicatedColumnSpec } from '../model/table-spec.js';
import { isSameValue } from '../model/value.js';
import { readDbVersion } from '../tables/state/read.js';
import type { Connection } from './connection.js';
import { DraftReader, type LoadedDraft } from './draft-store.js';
import { readRows } from './preview.js';
import { run } from './run.js';

export interface DraftParts {
  readonly connection: Connection;
  readonly schema: CrrSchema;
}

/** What a draft does to a cell, or to a whole row. */
export interface DraftedItem extends RowId {
  /** Undefined: it creates or deletes the row. */
  readonly column: ReplicatedColumnSpec | undefined;
  /** The row in each; undefined: it is not there. */
  readonly base: Cells | undefined;
  readonly ours: Cells | undefined;
  readonly theirs: Cells | undefined;
  /** Whether somebody has written over what the draft started from. */
  readonly isMoved: boolean;
}

/** A draft compared with what stands now. */
export interface DraftDiff {
  readonly draft: LoadedDraft;
  /** db_version of now. */
  readonly version: number;
  readonly ours: ShownRows;
  readonly items: readonly DraftedItem[];
}

/** How often a draft is read again when others write at the same moment. */
const MAX_ATTEMPTS = 8;

/** Compares a draft with what stands now. */
export async function diffDraft(
  { connection, schema }: DraftParts,
  name: string,
): Promise<DraftDiff> {
  for (let attempt = 1; ; attempt++) {
    const reader = new DraftReader(name, schema);
    const seen: number[] = [];
    const readNow = readDbVersion((version) => seen.push(version));
    await run(connection, [...reader.queries(), readNow], 'read');
    const draft = reader.result();
    const ours = new ShownRows();
    await run(connection, [...readRows(draft.written, ours, schema), readNow], 'read');
    const [version, then] = seen;
    // Otherwise somebody has written in between.
    if (version === then) {
      const items = draft.written.flatMap((row) => itemsOf(row, ours.cellsOf(row), schema));
      return { draft, version: version!, ours, items };
    }
    if (attempt === MAX_ATTEMPTS) {
      throw new CrrDatabaseError(
        'CRR_DATABASE_CONTENDED',
        `draft "${name}": others wrote to this database in each of ${MAX_ATTEMPTS} attempts to read it: try again`,
      );
    }
  }
}

function itemsOf(row: DraftRow, ours: Cells | undefined, { tables }: CrrSchema): DraftedItem[] {
  const spec = tables.get(row.table)!;
  if (isUnwritten(spec, row)) return [];
  const { table, pk, base, theirs } = row;
  // Deleted already, perhaps along with a row that was taken.
  if (theirs === undefined && ours === undefined) return [];
  if (base === undefined || theirs === undefined) {
    const isMoved = !isSameRow(base, ours);
    return [{ ...{ table, pk, base, ours, theirs }, column: undefined, isMoved }];
  }
  return writtenColumns(spec, row).map((column) => {
    const { name } = column;
    const isMoved =
      ours === undefined || (!isCounter(column) && !isSameValue(base.get(name), ours.get(name)));
    return { ...{ table, pk, column, base, ours, theirs }, isMoved };
  });
}

function isSameRow(base: Cells | undefined, ours: Cells | undefined): boolean {
  if (base === undefined || ours === undefined) return base === ours;
  return [...base].every(([name, value]) => isSameValue(value, ours.get(name)));
}
