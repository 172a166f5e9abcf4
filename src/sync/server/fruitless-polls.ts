/** How long changes may wait without being tried, in milliseconds: a condition may depend on other tables. */
const PATIENCE_MS = 60_000;
/** How many sources are remembered. */
const MOST_SOURCES = 10_000;

interface Attempt {
  /** The database as it was: its db_version, and the rights of the source. */
  readonly state: string;
  readonly time: number;
}

/**
 * Remembers when changes that wait were last tried. As long as nothing was written since, trying them again would
 * only take a write transaction at every poll of their client.
 */
export class FruitlessPolls {
  readonly #attempts = new Map<string, Attempt>();

  constructor(readonly now: () => number = Date.now) {}

  /** Whether what waits from a source was tried in this state of the database, not long ago. */
  has(source: string, state: string): boolean {
    const last = this.#attempts.get(source);
    return last?.state === state && this.now() - last.time < PATIENCE_MS;
  }

  /** Notes that it is tried now. */
  add(source: string, state: string): void {
    this.#attempts.delete(source);
    this.#attempts.set(source, { state, time: this.now() });
    if (this.#attempts.size <= MOST_SOURCES) return;
    for (const oldest of this.#attempts.keys()) {
      this.#attempts.delete(oldest);
      break;
    }
  }
}
