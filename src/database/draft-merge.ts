import { CrrDraftError } from '../errors.js';
import type { DraftRow } from '../feed/draft-row.js';
import { rowsWrittenSince } from '../feed/written-keys.js';
import { type RowId, RowSet, textOfRow } from '../model/row-id.js';
import type { ReplicatedColumnSpec } from '../model/table-spec.js';
import { statement } from '../sql/statement.js';
import type { CommitNote } from '../tables/commit/table.js';
import { DEFER_REFERENCES } from '../tables/draft/writes.js';
import { type DraftDiff, type DraftedItem, type DraftParts, diffDraft } from './draft-diff.js';
import { isOfOrder, workingOrder } from './draft-order.js';
import { storeStatements } from './draft-store.js';
import { faultOf, type TakenRow, writesOf } from './draft-writes.js';
import { writePlanned } from './log-writes.js';
import { rowFault } from './row-faults.js';
import { run } from './run.js';

/** What was reviewed, and what of it is taken. */
export interface DraftChoice {
  /** Revision of the draft, and db_version of this database, at the review. */
  readonly revision: number;
  readonly version: number;
  readonly isTaken: (item: DraftedItem) => boolean;
}

export interface DraftMerge {
  readonly taken: readonly DraftedItem[];
  readonly left: readonly DraftedItem[];
  /** If this is not empty, nothing was written: somebody has written to these rows since the review. */
  readonly moved: readonly RowId[];
  /** Whether the draft itself is another than at the review, so that nothing was written. */
  readonly isOther: boolean;
}

/**
 * Writes what is taken, as one transaction of this site, on the condition that nobody has written to these rows or to
 * the draft since the review. What is left stays in the draft.
 */
export async function mergeDraft(
  parts: DraftParts,
  name: string,
  choice: DraftChoice,
  note: CommitNote,
): Promise<DraftMerge> {
  const { connection, schema } = parts;
  const plan = (isOrdered: boolean) =>
    writePlanned(connection, async () => {
      const { draft, version, ours, items } = await diffDraft(parts, name);
      const taken = items.filter(choice.isTaken);
      const left = items.filter((item) => !taken.includes(item));
      const isOther = draft.revision !== choice.revision;
      const moved = await movedRows(parts, taken, choice.version);
      const result = { taken, left, moved, isOther };
      const rows = takenRows(draft, taken);
      if (isOther || moved.length > 0 || rows.length === 0) {
        return { dbVersion: version, statements: [], note, result };
      }
      const writes = writesOf(rows, ours, schema);
      const order = isOrdered ? await workingOrder(connection, 'merge()', writes) : undefined;
      if (connection.checksReferencesLate) {
        const fault = await faultOf(parts, order ?? writes);
        if (fault !== undefined) throw broken(name, fault);
      }
      const statements = [
        statement(DEFER_REFERENCES),
        ...(order ?? writes),
        ...storeStatements(draft, rows.map(withoutTaken), schema),
      ];
      return { dbVersion: version, statements, note, result };
    });
  try {
    return await plan(false).catch((error: unknown) => {
      if (!isOfOrder(rowFault(error) ?? '')) throw error;
      return plan(true);
    });
  } catch (error) {
    const fault = rowFault(error);
    if (fault === undefined) throw error;
    throw broken(name, fault, error);
  }
}

const broken = (name: string, fault: string, cause?: unknown) =>
  new CrrDraftError(
    'CRR_DRAFT_BROKEN',
    `draft "${name}": the database rejects what was taken (${fault}), so nothing was written: take the rows that they refer to as well, and leave the items for which review() names a reason`,
    { cause },
  );

function takenRows(draft: DraftDiff['draft'], taken: readonly DraftedItem[]): TakenRow[] {
  const columns = new Map<string, ReplicatedColumnSpec[]>();
  for (const item of taken) {
    const id = textOfRow(item);
    const known = columns.get(id) ?? [];
    columns.set(id, known);
    if (item.column !== undefined) known.push(item.column);
  }
  return draft.written.flatMap((row) => {
    const ofRow = columns.get(textOfRow(row));
    return ofRow === undefined ? [] : [{ row, columns: ofRow }];
  });
}

/** What the draft has still written when some of it was taken. */
function withoutTaken({ row, columns = [] }: TakenRow): DraftRow {
  const { table, pk, base, theirs } = row;
  if (base === undefined || theirs === undefined) {
    return { table, pk, base: undefined, theirs: undefined };
  }
  const taken = new Map(base);
  for (const { name } of columns) taken.set(name, theirs.get(name) ?? null);
  return { table, pk, base: taken, theirs };
}

/** Rows that were written or merged since a review: losers of a conflict, too, if the table has history. */
async function movedRows(
  { connection, schema }: DraftParts,
  taken: readonly DraftedItem[],
  version: number,
): Promise<readonly RowId[]> {
  const moved = new RowSet();
  const queries = [...schema.tables.values()].map((spec) =>
    rowsWrittenSince(spec, version, (row) => moved.add(row)),
  );
  await run(connection, queries, 'read');
  return new RowSet(taken.map(({ table, pk }) => ({ table, pk })))
    .values()
    .filter((row) => moved.has(row));
}
