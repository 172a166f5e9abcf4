import { tooManyBytes } from './message-errors.js';

export interface ReadAllOptions {
  readonly maxBytes?: number;
  /** Aborting it stops the reading, with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a whole stream into one array. If that fails, the stream is canceled and not read any further.
 *
 * @throws {CrrSyncError} CRR_SYNC_TOO_LARGE if there are more than `maxBytes`.
 */
export async function readAll(
  stream: ReadableStream<Uint8Array>,
  { maxBytes = Number.POSITIVE_INFINITY, signal }: ReadAllOptions = {},
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const cancel = (reason: unknown) => {
    // Not awaited, because a source that hangs may never respond.
    reader.cancel(reason).catch(() => {});
  };
  const onAbort = () => cancel(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    signal?.throwIfAborted();
    for (;;) {
      const { done, value } = await reader.read();
      // A canceled stream ends as if it were complete.
      signal?.throwIfAborted();
      if (done) return concatenate(chunks, length);
      length += value.length;
      if (length > maxBytes) throw tooManyBytes(maxBytes);
      chunks.push(value);
    }
  } catch (error) {
    cancel(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}
