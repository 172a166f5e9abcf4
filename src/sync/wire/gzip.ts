import { CrrSyncError } from '../../errors.js';
import { malformed } from './message-errors.js';
import { readAll } from './read-all.js';

/** Compresses with what the platform has: Workers, Deno, Bun, Node and browsers all have gzip. */
export function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return readAll(throughTransform(bytes, new CompressionStream('gzip')));
}

/**
 * Decompresses at most `maxBytes`, so that a small body cannot fill the memory.
 *
 * @throws {CrrSyncError} if the bytes are not a gzip stream, or become more than `maxBytes`.
 */
export async function gunzip(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  try {
    return await readAll(throughTransform(bytes, new DecompressionStream('gzip')), { maxBytes });
  } catch (error) {
    if (error instanceof CrrSyncError) throw error;
    throw malformed('its compressed part is damaged or cut short');
  }
}

function throughTransform(
  bytes: Uint8Array,
  { readable, writable }: { readable: ReadableStream; writable: WritableStream },
): ReadableStream<Uint8Array> {
  const writer = writable.getWriter();
  // If the stream is damaged both sides fail; the error is taken from the readable one.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  return readable as ReadableStream<Uint8Array>;
}
