import { isCounter } from '../columns/registry.js';
import { type DraftRow, isUnwritten } from '../feed/draft-row.js';
import type { Cells } from '../feed/shown-rows.js';
import type { Change } from '../model/change.js';
import { RowSet } from '../model/row-id.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { compareValues, type SqlValue } from '../model/value.js';
import { isStale } from './database-errors.js';
import type { DraftParts } from './draft-diff.js';
import { loadDraft, storeStatements } from './draft-store.js';
import { type PreviewedRow, type PreviewParts, previewMerge } from './preview.js';

const MAX_ATTEMPTS = 8;

/** Takes changes from elsewhere into a draft: what merging them would do, and in tables with history also what would lose. */
export async function fetchIntoDraft(
  parts: DraftParts & PreviewParts,
  name: string,
  changes: readonly Change[],
): Promise<void> {
  const { connection, schema } = parts;
  const { rows } = await previewMerge(parts, changes, {});
  for (let attempt = 1; ; attempt++) {
    const draft = await loadDraft(connection, name, schema);
    const known = new RowSet<DraftRow>(draft.written);
    const next = rows.flatMap((row): DraftRow[] => {
      const spec = schema.tables.get(row.table)!;
      const fetched = fetchedRow(spec, row, known.get(row));
      return isUnwritten(spec, fetched) && !known.has(row) ? [] : [fetched];
    });
    if (next.length === 0) return;
    try {
      await connection.batch(storeStatements(draft, next, schema), 'write');
      return;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isStale(error)) throw error;
    }
  }
}

/** A row of a draft with what the other side has made of it. */
function fetchedRow(
  spec: TableSpec,
  { table, pk, ours, theirs, merged, conflicts = [] }: PreviewedRow,
  known: DraftRow | undefined,
): DraftRow {
  // Without history, what loses may be what the other side had long ago.
  const fetched = spec.history ? theirs : merged;
  if (ours === undefined || fetched === undefined) {
    const base = known === undefined ? ours : known.base;
    return { table, pk, base, theirs: fetched ?? (ours === undefined ? known?.theirs : undefined) };
  }
  const base = new Map<string, SqlValue>(known?.base ?? ours);
  const next = new Map<string, SqlValue>(known?.theirs ?? known?.base ?? ours);
  for (const column of replicatedColumns(spec)) {
    const { name } = column;
    const before = ours.get(name) ?? null;
    // Of a counter the sum of both sides, so that what is added is theirs.
    const value = ((isCounter(column) ? merged : fetched) as Cells | undefined)?.get(name) ?? null;
    if (compareValues(before, value) === 0) continue;
    const conflict = conflicts.find((cell) => cell.column.name === name);
    const started = conflict?.base?.value ?? (conflict === undefined ? before : null);
    if (compareValues(base.get(name) ?? null, next.get(name) ?? null) === 0)
      base.set(name, started);
    next.set(name, value);
  }
  return {
    table,
    pk,
    base: known !== undefined && known.base === undefined ? undefined : base,
    theirs: next,
  };
}
