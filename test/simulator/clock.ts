/** The clock of one site: it may be ahead or behind, and jump. */
export class SiteClock {
  /** Milliseconds that it is ahead of the machine's, by less than `maxDrift`: what is further ahead has to wait at others. */
  ahead = 0;

  readonly now = (): number => Date.now() + this.ahead;
}

export const MOST_AHEAD_MS = 4 * 60_000;

const DAY_MS = 86_400_000;
const JULIAN_1970 = 2_440_587.5;

/** SQLite's `julianday('now')`, from which columns that merge by time get their versions. */
export const julianDay = (now: number): number => now / DAY_MS + JULIAN_1970;
