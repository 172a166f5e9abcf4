import { bytesToHex } from '../../model/value.js';
import { HAS_ROWS, type SyncResponse } from '../protocol.js';
import type { Cursor } from '../site.js';
import { malformed } from '../wire/message-errors.js';
import type { HttpConnection } from './http-connection.js';
import { type Answer, isSameCursor, requirePulled } from './round.js';

/**
 * Reads a first transfer from the snapshot that the server offers. At any fault the sync goes on without it: each chunk
 * is checked before anything of it is merged, and its cursor is one of an ordinary transfer.
 */
export class SnapshotReader {
  #id: string | undefined;
  #hasFailed = false;
  readonly #chunks = new WeakSet<Answer>();

  constructor(
    readonly connection: HttpConnection,
    readonly schema: string,
  ) {}

  /** The server has answered a pull. What it offers and is not taken, it must not offer again: its answer has no changes. */
  offered({ snapshot, schema }: SyncResponse): void {
    if (snapshot === undefined || this.#hasFailed) return;
    if (schema === this.schema) this.#id = snapshot;
    else this.leave();
  }

  /** Whether the next chunk is to be read from the snapshot. */
  get isOffered(): boolean {
    return this.#id !== undefined;
  }

  /** The filter of a pull: a server must not offer again what could not be read. */
  filterFor(filter: string): string {
    return this.#hasFailed && filter === '' ? HAS_ROWS : filter;
  }

  /** @throws {SnapshotFault} if the chunk is not there, damaged, or not one of this server. */
  async read(
    cursor: number | Cursor,
    server: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    try {
      return await this.#read(cursor, server, signal);
    } catch (error) {
      throw signal.aborted ? error : new SnapshotFault(error);
    }
  }

  async #read(
    cursor: number | Cursor,
    server: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    const chunk = requirePulled(
      await this.connection.readSnapshot({ id: this.#id!, cursor }, signal),
    );
    const isOther = server === undefined || bytesToHex(chunk.siteId) !== bytesToHex(server);
    if (isOther) throw malformed('a chunk of a snapshot is of another server');
    if (chunk.schema !== this.schema) throw malformed('a chunk of a snapshot has another schema');
    if (isSameCursor(chunk.pulled.cursor, cursor) || isBehind(chunk.pulled.cursor, cursor)) {
      throw malformed('a chunk of a snapshot leads nowhere');
    }
    this.#chunks.add(chunk);
    return chunk;
  }

  /** Goes on without the snapshot if it is at fault. */
  giveUp(error: unknown): boolean {
    if (!(error instanceof SnapshotFault)) return false;
    this.leave();
    return true;
  }

  /** Whether an answer is a chunk. */
  gave(answer: Answer): boolean {
    return this.#chunks.has(answer);
  }

  leave(): void {
    this.#id = undefined;
    this.#hasFailed = true;
  }
}

class SnapshotFault extends Error {
  constructor(cause: unknown) {
    super('a chunk of a snapshot could not be read', { cause });
  }
}

const isBehind = (a: number | Cursor, b: number | Cursor) => reachedBy(a) < reachedBy(b);
const reachedBy = (cursor: number | Cursor) =>
  typeof cursor === 'number' ? cursor : cursor.after.db_version;
