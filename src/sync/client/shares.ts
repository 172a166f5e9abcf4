/** How far the transfer in one direction has got, in db_versions of the sending side. */
export interface Transfer {
  readonly from: number;
  readonly at: number;
  readonly to: number;
}

/** Both directions; undefined if one is complete. */
export interface Transfers {
  readonly push: Transfer | undefined;
  readonly pull: Transfer | undefined;
}

/** The share of a sync that is done. It never decreases, although new writes may prolong the sync. */
export class Shares {
  /** The db_version at which each direction began. */
  readonly #from: { push?: number; pull?: number } = {};
  #share = 0;

  /** Returns the share after another chunk. */
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
