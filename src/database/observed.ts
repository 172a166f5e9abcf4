import { codeOf, type EmitEvent, stopwatch } from '../live/events.js';
import type { ApplyCounts } from '../model/event.js';
import type { MergeReport } from './apply-result.js';

/** Runs a merge, and emits what it did. An empty batch that did nothing is no event. */
export async function observed(
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
