import { CrrSyncError } from '../../errors.js';
import { malformed } from './message-errors.js';
import { readAll } from './read-all.js';

/** Uses the platform's gzip, which Workers, Deno, Bun, Node and browsers have. */
export function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return readAll(throughTransform(bytes, new CompressionStream('gzip')));
}

/**
 * Stops at `maxBytes`, so that a small body cannot fill the memory.
 *
 * @throws {CrrSyncError} if the bytes are not a gzip stream, or decompress to more than `maxBytes`.
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
  // A damaged stream fails on both sides. The readable side reports the error.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  return readable as ReadableStream<Uint8Array>;
}
