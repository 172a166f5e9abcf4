import { CrrSyncError } from '../../errors.js';

/**
 * The error to throw if a request fails with `error`: it was aborted, or the network failed.
 *
 * @param url the server's address, if the request was sent.
 */
export function networkError(error: unknown, signal: AbortSignal, url?: string): CrrSyncError {
  if (error instanceof CrrSyncError) return error;
  const cause = { cause: error };
  if (signal.aborted) {
    return new CrrSyncError('CRR_SYNC_ABORTED', 'the sync was aborted', undefined, cause);
  }
  return new CrrSyncError(
    'CRR_SYNC_NETWORK',
    `the server could not be reached${at(url)}, or the connection broke${codeOf(error)}: check the address and the network`,
    undefined,
    cause,
  );
}

/** Without what may be secret: a user, a password, a query. */
const at = (url = '') => {
  const shown = url.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//');
  return shown === '' ? '' : ` at ${shown}`;
};

/** The platform's error code, such as ECONNREFUSED, which is in the cause of fetch's error. */
function codeOf(error: unknown): string {
  const { code } = ((error as { cause?: unknown } | null)?.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? ` (${code})` : '';
}
