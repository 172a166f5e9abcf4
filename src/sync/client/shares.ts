/** How far a transfer in one direction has got, in db_versions of the side that sends. */
export interface Transfer {
  readonly from: number;
  readonly at: number;
  readonly to: number;
}

/** Where each direction is; undefined if it is complete. */
export interface Transfers {
  readonly push: Transfer | undefined;
  readonly pull: Transfer | undefined;
}

/** The share of a sync that is done. Writes on either side may lengthen it, but it never falls. */
export class Shares {
  /** Where each direction began. */
  readonly #from: { push?: number; pull?: number } = {};
  #share = 0;

  /** The share after another chunk. */
  next(transfers: Transfers): number {
    let done = 0;
    let total = 0;
    for (const direction of ['push', 'pull'] as const) {
      const transfer = transfers[direction];
      if (transfer === undefined) continue;
      this.#from[direction] ??= transfer.from;
      const from = this.#from[direction];
      done += Math.max(0, transfer.at - from);
      total += Math.max(0, transfer.to - from);
    }
    this.#share = Math.max(this.#share, total === 0 ? 1 : Math.min(1, done / total));
    return this.#share;
  }
}
