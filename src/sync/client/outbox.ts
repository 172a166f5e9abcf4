import { bytesToHex } from '../../model/value.js';
import { type Chunk, readChunk } from '../chunk.js';
import type { HiddenRow, PeerProgress, Site } from '../site.js';
import type { KnownServer } from './known-server.js';

/** Where a chunk begins, and what is left out. */
export interface OutboxPosition {
  readonly sent: PeerProgress;
  /** Rows that the server has refused: it lacks what it refused of them before. */
  readonly refused: readonly HiddenRow[];
  /** The server, whose own changes are left out. */
  readonly server: Uint8Array | undefined;
}

/**
 * Reads the changes that are to be sent. While the server merges a chunk, the next one is read. Rows that are written
 * meanwhile have greater db_versions, so a later chunk has them.
 */
export class Outbox {
  #ahead: { readonly id: string; readonly chunk: Promise<Chunk> } | undefined;

  constructor(
    readonly site: Site,
    /** Names of the tables to exchange; all if undefined. */
    readonly tables: readonly string[] | undefined,
    readonly server: KnownServer,
  ) {}

  async read(position: OutboxPosition): Promise<Chunk> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead === undefined) return this.#read(position);
    if (ahead.id === this.#idOf(position)) return ahead.chunk;
    await ahead.chunk.catch(() => {}); // Something is different now. It is read again.
    return this.#read(position);
  }

  /** Begins to read what comes after a chunk. */
  readAhead(position: OutboxPosition, { cursor, more }: Chunk): void {
    // The answer may change what is sent of rows that were refused.
    if (!more || position.refused.length > 0 || this.#ahead !== undefined) return;
    const next = { ...position, sent: { ...position.sent, cursor } };
    const chunk = this.#read(next);
    chunk.catch(() => {}); // read() reports it, unless the sync fails before.
    this.#ahead = { id: this.#idOf(next), chunk };
  }

  /** Waits for what is being read: afterwards the application may close the database. */
  async end(): Promise<void> {
    await this.#ahead?.chunk.catch(() => {});
    this.#ahead = undefined;
  }

  #read({ sent, refused, server }: OutboxPosition): Promise<Chunk> {
    const from = { since: sent.cursor, skip: sent.skip, whole: refused };
    return readChunk(
      this.site,
      { ...from, tables: this.tables, excludeSite: server },
      this.server.chunk,
    );
  }

  #idOf({ sent, refused, server }: OutboxPosition): string {
    const site = server === undefined ? '' : bytesToHex(server);
    return JSON.stringify([sent.cursor, sent.skip, refused.length, site, this.server.chunk]);
  }
}
