import { CrrSyncError } from '../../errors.js';

/** The error of a sync whose request failed with `error`: aborted by its signal, or by the network. */
export function networkError(error: unknown, signal: AbortSignal): CrrSyncError {
  if (error instanceof CrrSyncError) return error;
  const cause = { cause: error };
  if (signal.aborted) {
    return new CrrSyncError('CRR_SYNC_ABORTED', 'the sync was aborted', undefined, cause);
  }
  return new CrrSyncError(
    'CRR_SYNC_NETWORK',
    `the server could not be reached, or the connection broke${codeOf(error)}: check the address and the network`,
    undefined,
    cause,
  );
}

/** The platform's code, such as ECONNREFUSED. It is in the cause of what `fetch` throws. */
function codeOf(error: unknown): string {
  const { code } = ((error as { cause?: unknown } | null)?.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? ` (${code})` : '';
}
