import { CrrSyncError } from '../../errors.js';
import { collect, tooLarge } from '../wire/compression.js';

/**
 * Reads a request's body, as far as the limits go.
 *
 * @throws {CrrSyncError} 413 where it is too long, announced or not; 408 where it takes too long.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  timeoutMs: number,
): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const { body } = request;
  if (body === null) return new Uint8Array();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new CrrSyncError(
          'CRR_SYNC_TOO_SLOW',
          `the body did not arrive within ${timeoutMs} ms: send smaller chunks`,
          408,
        ),
      );
    }, timeoutMs);
  });
  try {
    return await Promise.race([collect(body as ReadableStream<Uint8Array>, maxBytes), late]);
  } finally {
    clearTimeout(timer);
  }
}
