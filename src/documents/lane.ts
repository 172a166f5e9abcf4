import type { Connection } from '../database/connection.js';
import { run } from '../database/run.js';
import { bytesToHex } from '../model/value.js';
import { takeLane } from '../tables/editor/table.js';

/** How often a lane is asked for again, so that nobody else gets it: a fraction of its lease. */
const RENEWAL_MS = 600_000;

/** The lane in which this process edits documents. */
export class Lane {
  readonly #token = bytesToHex(crypto.getRandomValues(new Uint8Array(16)));
  #taken: Promise<number> | undefined;
  #takenAt = 0;

  constructor(readonly connection: Connection) {}

  take(): Promise<number> {
    const now = performance.now();
    if (this.#taken !== undefined && now - this.#takenAt < RENEWAL_MS) return this.#taken;
    this.#takenAt = now;
    const taken = this.#take();
    this.#taken = taken;
    taken.catch(() => {
      if (this.#taken === taken) this.#taken = undefined;
    });
    return taken;
  }

  async #take(): Promise<number> {
    let lane = 0;
    const queries = takeLane(this.#token, (taken) => {
      lane = taken;
    });
    await run(this.connection, queries, 'write');
    return lane;
  }
}
