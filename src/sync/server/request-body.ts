import { CrrSyncError } from '../../errors.js';
import { withDeadline } from '../delay.js';
import { tooManyBytes } from '../wire/message-errors.js';
import { readAll } from '../wire/read-all.js';

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  /** Creates the error for a body that is too large. */
  readonly tooLarge?: ((maxBodyBytes: number) => CrrSyncError) | undefined;
}

/**
 * Reads the body of a request. If it exceeds a limit, it is not read any further.
 *
 * @throws {CrrSyncError} CRR_SYNC_TOO_LARGE or CRR_SYNC_TOO_SLOW
 */
export async function readBody(
  { headers, body }: Request,
  { maxBodyBytes, bodyTimeoutMs, tooLarge = tooManyBytes }: BodyLimits,
): Promise<Uint8Array> {
  if (Number(headers.get('content-length') ?? 0) > maxBodyBytes) {
    body?.cancel().catch(() => {}); // A source that hangs may never respond.
    throw tooLarge(maxBodyBytes);
  }
  if (body === null) return new Uint8Array();
  return withDeadline({ ms: bodyTimeoutMs, error: () => tooSlow(bodyTimeoutMs) }, (signal) =>
    readAll(body as ReadableStream<Uint8Array>, { maxBytes: maxBodyBytes, signal }),
  );
}

const tooSlow = (timeoutMs: number) =>
  new CrrSyncError(
    'CRR_SYNC_TOO_SLOW',
    `the body did not arrive within ${timeoutMs} ms: send fewer changes at a time`,
    408,
  );
