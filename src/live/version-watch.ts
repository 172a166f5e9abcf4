import { startTimer } from './timer.js';

export interface VersionSubscriber {
  /** Called with the db_version soon after subscribing, and again whenever it has changed. */
  readonly onVersion: (version: number) => void;
  /** Called if the database could not be read, which is tried again, and if `onVersion` threw. */
  readonly onError: (error: unknown) => void;
  /** The longest time until a write by another process is noticed, in milliseconds. */
  readonly pollMs: number;
}

/** Looks that `notify` asks for are at least this far apart, however many writes there are. */
const LOOK_SPACING_MS = 10;
/** While the database fails, the delay between looks doubles up to this. */
const MAX_RETRY_MS = 5_000;
/** A timer or a query that is so much overdue is taken for dead; see {@link VersionWatch.revive}. */
const DEAD_TIMER_MS = 2_000;
const DEAD_QUERY_MS = 10_000;

/**
 * Watches the db_version of one database for everybody in this process who wants to know about
 * changes. A look is one small query. The watch looks
 *
 * - every `pollMs` while somebody is subscribed (the shortest of theirs), because other processes
 *   write without a word. One look serves all subscribers; without subscribers there is no timer;
 * - when {@link notify} says that this process has written.
 *
 * {@link advance} needs no look: whoever merged changes knows the db_version that they got.
 */
export class VersionWatch {
  readonly #subscribers = new Set<VersionSubscriber & { seen: number | undefined }>();
  #version: number | undefined;
  /** Counts looks: an older one that is still running is not the one that schedules the next. */
  #look = 0;
  #isLooking = false;
  /** When the newest look began, on the clock of `performance.now()`. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Something may have changed since the newest look began. */
  #isStale = true;
  /** Counts calls of `advance`: a look that began before one may have read an older version. */
  #advances = 0;
  /** Failed looks in a row. */
  #failures = 0;
  #cancelTimer = () => {};
  /** If neither the timer has fired nor the look has ended by then, neither will. */
  #deadAt = Number.POSITIVE_INFINITY;

  constructor(readonly readVersion: () => Promise<number>) {}

  /** The db_version as last seen, however long ago; undefined before the first look. */
  get version(): number | undefined {
    return this.#version;
  }

  /** Adds a subscriber and returns the function that removes it. */
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

  /** Call this after a local write: subscribers learn of the new db_version without waiting for a poll. */
  notify(): void {
    this.#isStale = true;
    this.#schedule();
  }

  /** Call this after an apply, with the db_version that its changes got. */
  advance(version: number): void {
    this.#advances++;
    this.#learn(version, false);
  }

  /**
   * Resumes polling if it has died. On Cloudflare Workers a timer or query ends together with the
   * request that started it, and all other requests would wait for it in vain. A live stream
   * therefore calls this now and then, in its own request.
   */
  revive(): void {
    if (this.#subscribers.size > 0 && performance.now() > this.#deadAt) void this.#lookNow();
  }

  /** Sets the timer for the next look, unless one is running, which will do so itself. */
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
   * Takes note of a version and calls every subscriber that has not seen it.
   *
   * @param isLatest if not, only a greater version is news. The latest may also be a smaller one,
   * when the database has been replaced by an older copy.
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
 * The one watch of a database.
 *
 * @param database identifies it: the same object gives the same watch.
 * @param readVersion reads its db_version; used if this is the first call for it.
 */
export function versionWatchOf(database: object, readVersion: () => Promise<number>): VersionWatch {
  let watch = watches.get(database);
  if (watch === undefined) {
    watch = new VersionWatch(readVersion);
    watches.set(database, watch);
  }
  return watch;
}
