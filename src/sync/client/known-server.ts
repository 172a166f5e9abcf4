import type { Change } from '../../model/change.js';
import type { CrrSchema } from '../../model/schema.js';
import { bytesToHex } from '../../model/value.js';
import type { ChunkLimits } from '../chunk.js';
import { isMark } from '../column-types.js';

/** A client's knowledge about its server. It is kept in memory from one sync to the next. */
export class KnownServer {
  /** The server's site id, once it has answered. */
  siteId: Uint8Array | undefined;
  /** Whether this database has never exchanged changes with a server, so that it has no server's rows. */
  isFirst = false;
  /** How many changes it accepts at a time. */
  chunk: ChunkLimits;
  /** Sites, in hex, whose changes it does not accept from this one. */
  readonly #foreignSites = new Set<string>();

  constructor(chunk: ChunkLimits) {
    this.chunk = chunk;
  }

  /** @returns whether any of them is new. */
  addForeignSites(siteIds: readonly Uint8Array[]): boolean {
    const before = this.#foreignSites.size;
    for (const siteId of siteIds) this.#foreignSites.add(bytesToHex(siteId));
    return this.#foreignSites.size > before;
  }

  /** Whether the server would refuse a change because of the site that made it. */
  isForeign(change: Change, schema: CrrSchema): boolean {
    return (
      this.#foreignSites.size > 0 &&
      this.#foreignSites.has(bytesToHex(change.site_id)) &&
      !isMark(change, schema)
    );
  }
}
