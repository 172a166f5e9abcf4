import type { SyncResponse } from '../protocol.js';
import type { Traffic } from './http-connection.js';
import { RefusedRows } from './refused-rows.js';
import type { SyncReporter } from './result.js';
import { Shares } from './shares.js';

/** The state of one sync, from its first request to its last. */
export class SyncRun {
  /** Sums of all rounds, as in the result. */
  readonly totals = { pushed: 0, pushedWon: 0, pulled: 0, pulledWon: 0, hidden: 0 };
  readonly shares = new Shares();
  readonly refusedRows = new RefusedRows();
  /** The answer to the next pull, if it was asked for ahead. */
  pullAhead: Promise<SyncResponse> | undefined;
  /** How many times in a row a refusal was recovered from. */
  recoveries = 0;
  readonly #before: Traffic;

  constructor(
    /** Aborted by the caller, and when the run has ended. */
    readonly signal: AbortSignal,
    readonly reporter: SyncReporter,
    /** The traffic of the connection as it is now. */
    readonly traffic: () => Traffic,
  ) {
    this.#before = traffic();
  }

  /** What this run sent and received so far. */
  get ownTraffic(): Traffic {
    const { requests, bytesSent, bytesReceived } = this.traffic();
    return {
      requests: requests - this.#before.requests,
      bytesSent: bytesSent - this.#before.bytesSent,
      bytesReceived: bytesReceived - this.#before.bytesReceived,
    };
  }
}
