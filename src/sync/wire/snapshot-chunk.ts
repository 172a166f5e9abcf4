import { CrrSyncError } from '../../errors.js';
import type { SyncResponse } from '../protocol.js';
import type { Cursor } from '../site.js';
import { cursorForm } from './binary-cursor.js';
import { ByteReader, ByteWriter } from './bytes.js';
import type { MessageLimits } from './codec.js';
import { CODECS } from './codecs.js';
import { malformed } from './message-errors.js';

/*
 * Snapshots.
 *
 * A first transfer without a row filter may be read in chunks that a CDN keeps, so that it costs the database nothing. The
 * answer to a pull at 0 with an empty filter then has a `snapshot` and no changes. The client reads on with GET; the
 * position is its cursor, in base64url of the binary form. The answer is 32 bytes, the SHA-256 hash of the rest, and a
 * response message in binary form, with the next cursor. Everything about chunks follows from one property of the feed: a
 * row that changes moves to its end.
 *
 *   - So a position, once passed, never gets new rows: a chunk that was read once lacks nothing for whoever reads it later.
 *     What has changed since comes again, in a later chunk. That is why a chunk is immutable, why nothing has to be stored, and why
 *     chunks of different times, of caches and of several servers go together.
 *   - The cursor after a chunk is one of an ordinary transfer. At any fault the client goes on with POST, and its filter is
 *     `?` if it is still at 0, so that it is not sent back to the snapshot.
 *   - The chunk at the end of the feed is not complete. It must not be cached.
 *   - The id is a hash of a secret of the database, its site id, its schema, what the reader may see, and the day. The snapshots of
 *     today and yesterday are served, each with whatever is there: a new day leaves out what has changed in the meantime.
 *   - Deletes that were forgotten after a chunk was made are found as always: its cursor has the horizon of that time.
 *
 * The hash finds damage on the way, and halves of chunks; it does not protect from whoever can write to the cache.
 */
const HASH_BYTES = 32;
const PATH = /\/snapshot\/([0-9a-f]{32})\/([A-Za-z0-9_-]{1,2048})$/;

export const SNAPSHOT_CONTENT_TYPE = 'application/octet-stream';

export interface SnapshotAddress {
  readonly id: string;
  readonly cursor: number | Cursor;
}

/** The address of a chunk below that of the server. */
export function snapshotUrl(server: string, { id, cursor }: SnapshotAddress): string {
  const url = new URL(server);
  const out = new ByteWriter();
  cursorForm.write(out, cursor);
  const position = btoa(String.fromCharCode(...out.finish()))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/snapshot/${id}/${position}`;
  return url.href;
}

/**
 * Undefined if it is not the address of a chunk.
 *
 * @throws {CrrSyncError} CRR_SYNC_MALFORMED if its position is not a cursor.
 */
export function parseSnapshotUrl(address: string): SnapshotAddress | undefined {
  const [, id, position] = PATH.exec(new URL(address).pathname) ?? [];
  if (id === undefined || position === undefined) return undefined;
  const base64 = position.replaceAll('-', '+').replaceAll('_', '/');
  let binary: string;
  try {
    binary = atob(base64);
  } catch {
    throw malformed('the position of a snapshot is not base64url');
  }
  const input = new ByteReader(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
  const cursor = cursorForm.read(input);
  input.end();
  return { id, cursor };
}

export async function encodeChunk(response: SyncResponse): Promise<Uint8Array<ArrayBuffer>> {
  const message = await CODECS.binary.encodeResponse(response);
  const chunk = new Uint8Array(HASH_BYTES + message.length);
  chunk.set(await hashOf(message));
  chunk.set(message, HASH_BYTES);
  return chunk;
}

/** @throws {CrrSyncError} CRR_SYNC_MALFORMED if it is damaged or cut short, or CRR_SYNC_TOO_LARGE. */
export async function decodeChunk(chunk: Uint8Array, limits: MessageLimits): Promise<SyncResponse> {
  const message = chunk.slice(HASH_BYTES);
  const hash = await hashOf(message);
  if (hash.some((byte, i) => byte !== chunk[i])) {
    throw malformed('the hash of a chunk is not that of its bytes');
  }
  return CODECS.binary.decodeResponse(message, limits);
}

const hashOf = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

export const noSnapshot = () =>
  new CrrSyncError(
    'CRR_SYNC_SNAPSHOT',
    'no snapshot has this id, or this client may not read it: read with POST instead',
    404,
  );
