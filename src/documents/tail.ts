import type { LogEntry } from '../tables/cells/document.js';

/** So many bytes of updates may lie beside a small baseline. Beside a large one they take half of its bytes at most. */
const LEAST_BYTES = 2_048;

/** How much the updates of this site take that are not in its baseline yet. */
export class Tail {
  #bytes = 0;
  #baseline = 0;

  read(log: readonly LogEntry[]): void {
    for (const { isOwn, isBaseline, value } of log) {
      if (isOwn) this.write(isBaseline ? undefined : value, isBaseline ? value : undefined);
    }
  }

  write(update: Uint8Array | undefined, baseline: Uint8Array | undefined): void {
    this.#bytes += update?.length ?? 0;
    if (baseline === undefined) return;
    this.#bytes = 0;
    this.#baseline = baseline.length;
  }

  /** Whether it is time for another baseline, with one more update. */
  isLong(update: Uint8Array): boolean {
    return this.#bytes + update.length >= Math.max(LEAST_BYTES, this.#baseline / 2);
  }
}

/** All that this site has written to a document, with an update that is not in the log yet. */
export const ownUpdates = (log: readonly LogEntry[], update: Uint8Array): Uint8Array[] => [
  ...log.filter(({ isOwn }) => isOwn).map(({ value }) => value),
  update,
];
