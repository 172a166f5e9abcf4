import { CrrSyncError } from '../../errors.js';
import { malformed } from './bytes.js';

/** Compresses with the platform's own gzip: Workers, Deno, Bun, Node and browsers have it. */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return collect(through(bytes, new CompressionStream('gzip')), Number.POSITIVE_INFINITY);
}

/**
 * @throws {CrrSyncError} where the bytes are no gzip stream, or hold more than `maxBytes`: reading
 * ends there, so a small body cannot become a large one in memory.
 */
export async function gunzip(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  try {
    return await collect(through(bytes, new DecompressionStream('gzip')), maxBytes);
  } catch (error) {
    if (error instanceof CrrSyncError) throw error;
    throw malformed('its compressed part is damaged or cut short');
  }
}

/** Reads a stream into one array. */
export async function collect(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      // Not awaited: what is being read may never hear of it.
      reader.cancel().catch(() => {});
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
  const all = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

export function tooLarge(maxBytes: number): CrrSyncError {
  return new CrrSyncError(
    'CRR_SYNC_TOO_LARGE',
    `a message of more than ${maxBytes} bytes: send less at once`,
    413,
  );
}

function through(
  bytes: Uint8Array,
  transform: { readable: ReadableStream; writable: WritableStream },
): ReadableStream<Uint8Array> {
  const writer = transform.writable.getWriter();
  // A damaged stream fails on both sides; the reading one tells.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  return transform.readable as ReadableStream<Uint8Array>;
}
