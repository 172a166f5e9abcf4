import { startTimer } from './timer.js';

export interface VersionSubscriber {
  /** Called with the db_version soon after subscribing, and then whenever it changes. */
  readonly onVersion: (version: number) => void;
  /** Called if the db_version cannot be read (the watch tries again), and if `onVersion` throws. */
  readonly onError: (error: unknown) => void;
  /** How soon a write by another process must be noticed, in milliseconds. */
  readonly pollMs: number;
}

/** After `notify` the watch looks at most this often, however many writes there are. */
const LOOK_SPACING_MS = 10;
/** While the database fails, the delay between looks doubles, up to this. */
const MAX_RETRY_MS = 5_000;
/** A timer or query that is overdue by this much is considered dead; see {@link VersionWatch.revive}. */
const DEAD_TIMER_MS = 2_000;
const DEAD_QUERY_MS = 10_000;

/**
 * Watches the db_version of a database, and calls its subscribers when it changes. To do so, the
 * watch looks at the database, which is one small query:
 *
 * - Every `pollMs`, because other processes may write. One look serves all subscribers, as often as
 *   the most demanding of them needs. Without subscribers there are no looks and no timers.
 * - After {@link notify}, which reports a write by this process.
 *
 * {@link advance} reports a db_version that is already known, so no look is needed.
 */
export class VersionWatch {
  readonly #subscribers = new Set<VersionSubscriber & { seen: number | undefined }>();
  #version: number | undefined;
  /** The number of the newest look. If an older one is still running, it must not schedule the next. */
  #look = 0;
  #isLooking = false;
  /** When the newest look began, on the clock of `performance.now()`. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Whether something may have changed since the newest look began. */
  #isStale = true;
  /** Counts calls of `advance`. A look that began before such a call may return an older version. */
  #advances = 0;
  /** Failed looks in a row. */
  #failures = 0;
  #cancelTimer = () => {};
  /** If the timer has not fired or the look has not ended by then, it never will. */
  #deadAt = Number.POSITIVE_INFINITY;

  constructor(readonly readVersion: () => Promise<number>) {}

  /** The db_version as last seen, which may be long ago; undefined before the first look. */
  get version(): number | undefined {
    return this.#version;
  }

  /** Adds a subscriber, and returns the function that removes it. */
  subscribe(options: VersionSubscriber): () => void {
    const subscriber = { ...options, seen: undefined };
    this.#subscribers.add(subscriber);
    if (performance.now() - this.#lookedAt >= options.pollMs) this.#isStale = true;
    if (!this.#isStale) queueMicrotask(() => this.#deliver());
    this.#schedule();
    return () => {
      this.#subscribers.delete(subscriber);
      if (this.#subscribers.size > 0) return;
      this.#cancelTimer();
      this.#failures = 0;
    };
  }

  /** To be called after a local write, so that subscribers need not wait for the next poll. */
  notify(): void {
    this.#isStale = true;
    this.#schedule();
  }

  /** To be called after an apply, with the db_version that its changes were stored under. */
  advance(version: number): void {
    this.#advances++;
    this.#learn(version, false);
  }

  /**
   * Resumes polling if it has died. On Cloudflare Workers, a timer or query ends together with the
   * request that started it, although other requests may depend on it. Each of them should therefore
   * call this from time to time.
   */
  revive(): void {
    if (this.#subscribers.size > 0 && performance.now() > this.#deadAt) void this.#lookNow();
  }

  /** Sets the timer for the next look. A look that is running does this itself when it ends. */
  #schedule(): void {
    if (this.#isLooking) return;
    this.#cancelTimer();
    if (this.#subscribers.size === 0) return;
    const delay = this.#delay();
    this.#deadAt = performance.now() + delay + DEAD_TIMER_MS;
    this.#cancelTimer = startTimer(() => void this.#lookNow(), delay);
  }

  #delay(): number {
    let pollMs = Number.POSITIVE_INFINITY;
    for (const subscriber of this.#subscribers) pollMs = Math.min(pollMs, subscriber.pollMs);
    if (this.#failures > 0) {
      return Math.max(pollMs, Math.min(MAX_RETRY_MS, pollMs * 2 ** (this.#failures - 1)));
    }
    if (!this.#isStale) return pollMs;
    return Math.max(0, this.#lookedAt + LOOK_SPACING_MS - performance.now());
  }

  async #lookNow(): Promise<void> {
    const look = ++this.#look;
    const advances = this.#advances;
    this.#cancelTimer();
    this.#isLooking = true;
    this.#isStale = false;
    this.#lookedAt = performance.now();
    this.#deadAt = this.#lookedAt + DEAD_QUERY_MS;
    try {
      const version = await this.readVersion();
      this.#failures = 0;
      this.#learn(version, look === this.#look && advances === this.#advances);
    } catch (error) {
      this.#failures++;
      for (const { onError } of [...this.#subscribers]) onError(error);
    }
    if (look !== this.#look) return;
    this.#isLooking = false;
    this.#schedule();
  }

  /**
   * Stores a version that was read or reported, and calls every subscriber that has not seen it.
   *
   * @param isLatest whether it is certainly newer than the one stored. Then it is stored even if it
   * is smaller: the database may have been replaced by an older copy.
   */
  #learn(version: number, isLatest: boolean): void {
    if (isLatest || this.#version === undefined || version > this.#version) this.#version = version;
    this.#deliver();
  }

  #deliver(): void {
    for (const subscriber of [...this.#subscribers]) {
      const version = this.#version;
      const isNews = version !== undefined && version !== subscriber.seen;
      if (!isNews || !this.#subscribers.has(subscriber)) continue;
      subscriber.seen = version;
      try {
        subscriber.onVersion(version);
      } catch (error) {
        subscriber.onError(error);
      }
    }
  }
}

const watches = new WeakMap<object, VersionWatch>();

/**
 * Returns the watch of a database. There is one for each.
 *
 * @param database any object that identifies the database.
 * @param readVersion reads its db_version. It is used if the watch does not exist yet.
 */
export function versionWatchOf(database: object, readVersion: () => Promise<number>): VersionWatch {
  let watch = watches.get(database);
  if (watch === undefined) {
    watch = new VersionWatch(readVersion);
    watches.set(database, watch);
  }
  return watch;
}
