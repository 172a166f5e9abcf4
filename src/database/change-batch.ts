import { CrrUsageError } from '../errors.js';
import type { Change } from '../model/change.js';

/** Changes that belong together: an array of them, or a page of a feed. */
export type ChangeBatch = readonly Change[] | { readonly changes: readonly Change[] };

/** @throws {CrrUsageError} if it is not a batch. */
export function changesOf(batch: unknown): readonly Change[] {
  const changes = Array.isArray(batch) ? batch : (batch as { changes?: unknown } | null)?.changes;
  if (Array.isArray(changes)) return changes;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    'expected changes to apply: a page of changes(), an array of changes, or an async iterable of either',
  );
}

/** Whether it is a stream of batches. */
export function isBatches(value: unknown): value is AsyncIterable<ChangeBatch> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/**
 * Lets the event loop turn. A local client never does: its promises are resolved already, so in a
 * long stream nothing else would run, not even the finalizers that free the memory of its statements.
 */
export const nextTurn = () => new Promise<void>((resolve) => void setTimeout(resolve));
