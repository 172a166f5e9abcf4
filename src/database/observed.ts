import { codeOf, type EmitEvent, stopwatch } from '../live/events.js';
import type { WriteListeners } from '../live/writes.js';
import type { ApplyCounts } from '../model/event.js';
import { packKey } from '../model/packed-key.js';
import type { RowId } from '../model/row-id.js';
import type { MergeReport } from './apply-result.js';

/** Who learns of merges. */
export interface MergeObservers {
  readonly emit?: EmitEvent;
  readonly writes?: WriteListeners | undefined;
}

interface Observed {
  /** Rows that the merge may drop. */
  readonly evicted?: readonly RowId[] | undefined;
  /** It brings columns up to date that show documents. */
  readonly isSettled?: boolean;
}

/** Runs a merge, and reports what it did to those who observe the database. */
export async function observed(
  { emit, writes }: MergeObservers,
  changes: number,
  merge: () => Promise<MergeReport>,
  { evicted = [], isSettled = false }: Observed = {},
): Promise<MergeReport> {
  const report = await emitted(emit, changes, merge);
  const rows = () => [...evicted, ...unstamped(report)];
  writes?.emit({ tables: tablesOf(report), rows, isSettled });
  return report;
}

const tablesOf = ({ inserted, updated, deleted }: MergeReport) => [
  ...new Set([...inserted, ...updated, ...deleted].map(({ table }) => table)),
];

/** A row is shown as another has changed, and its own clock stays. */
const unstamped = ({ parked, shown, masked, unmasked }: MergeReport): RowId[] =>
  [...parked, ...shown, ...masked, ...unmasked].map(({ table, key }) => ({
    table,
    pk: packKey(key),
  }));

/** Runs a merge, and emits what it did. An empty batch that did nothing is no event. */
async function emitted(
  emit: EmitEvent,
  changes: number,
  merge: () => Promise<MergeReport>,
): Promise<MergeReport> {
  if (emit === undefined) return merge();
  const elapsed = stopwatch();
  try {
    const report = await merge();
    const counts = countsOf(report);
    const isEvent = changes > 0 || Object.values(counts).some((count) => count > 0);
    if (isEvent) emit({ type: 'apply', changes, ...counts, durationMs: elapsed() });
    return report;
  } catch (error) {
    emit({ type: 'apply-failed', changes, durationMs: elapsed(), code: codeOf(error) });
    throw error;
  }
}

const countsOf = (report: MergeReport): ApplyCounts => ({
  inserted: report.inserted.length,
  updated: report.updated.length,
  deleted: report.deleted.length,
  parked: report.parked.length,
  shown: report.shown.length,
  masked: report.masked.length,
  unmasked: report.unmasked.length,
  rejected: report.rejected.length,
  refused: report.refused.length,
  cellsWon: report.cellsWon,
  cellsIgnored: report.cellsIgnored,
  pending: report.pending,
  held: report.held,
});
