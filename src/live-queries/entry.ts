import { type ReadSet, UNKNOWN } from './read-set.js';
import { reuse } from './reuse.js';

/** What a live query has at a moment. A new object only if something has changed. */
export type LiveSnapshot<T> =
  /** The first run is not over, or nobody has subscribed yet. */
  | { readonly status: 'loading'; readonly data: undefined; readonly error: undefined }
  | { readonly status: 'ready'; readonly data: T; readonly error: undefined }
  /** The last run failed. `data` is the last result, if there was one. */
  | { readonly status: 'failed'; readonly data: T | undefined; readonly error: unknown };

export const LOADING = { status: 'loading', data: undefined, error: undefined } as const;

/** What an entry runs. */
export interface EntrySource<T> {
  /** Finds out what is read. */
  readSet(): Promise<ReadSet>;
  run(): Promise<T>;
}

/** What keeps an entry up to date. */
export interface EntryHost {
  /** Begins to follow an entry. When the promise is fulfilled, no change from then on is missed. */
  begin(entry: Entry): Promise<void>;
  /** What the entry reads is known, or has to be found out again. */
  place(entry: Entry, reads: ReadSet): void;
  end(entry: Entry): void;
  /** An error in the terms of the package. */
  explain(error: unknown): Promise<unknown>;
}

export interface EntryOptions<T> {
  readonly host: EntryHost;
  /** Undefined if there is no other one that is equal. */
  readonly identity: string | undefined;
  readonly source: EntrySource<T>;
  /** How often writes of other processes are looked for, in milliseconds. */
  readonly pollMs: number;
  /** Called with what a listener throws. */
  readonly onError: (error: unknown) => void;
}

/** A query with everybody who subscribes to it. Nothing runs while nobody does. */
export class Entry<T = unknown> {
  snapshot: LiveSnapshot<T> = LOADING;
  readonly #listeners = new Set<() => void>();
  /** Whether it is known what is read. */
  #isPlaced = false;
  #isStale = true;
  /** Counts first subscribers: what was begun for former ones is without effect. */
  #epoch = 0;
  #runningEpoch = 0;

  constructor(readonly options: EntryOptions<T>) {}

  get identity(): string | undefined {
    return this.options.identity;
  }

  get pollMs(): number {
    return this.options.pollMs;
  }

  add(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    if (this.#listeners.size === 1) void this.#begin();
    return () => {
      if (!this.#listeners.delete(own) || this.#listeners.size > 0) return;
      this.#epoch++;
      this.options.host.end(this);
    };
  }

  /** Something that it reads may have changed. */
  refresh(): void {
    this.#isStale = true;
    const isIdle = this.#runningEpoch !== this.#epoch;
    if (isIdle && this.#listeners.size > 0) void this.#run();
  }

  /** Also the tables that it reads may be others. */
  restart(): void {
    this.#isPlaced = false;
    this.refresh();
  }

  fail(error: unknown): void {
    const { status, data, error: last } = this.snapshot;
    if (status === 'failed' && isSameError(last, error)) return;
    this.#publish({ status: 'failed', data, error });
  }

  async #begin(): Promise<void> {
    const epoch = ++this.#epoch;
    this.#isPlaced = false;
    // Until then, nothing runs.
    this.#runningEpoch = epoch;
    await this.options.host.begin(this);
    if (epoch !== this.#epoch) return;
    this.#isStale = true;
    await this.#run();
  }

  async #run(): Promise<void> {
    const epoch = this.#epoch;
    this.#runningEpoch = epoch;
    while (this.#isStale && epoch === this.#epoch) {
      this.#isStale = false;
      try {
        if (!this.#isPlaced) {
          const reads = await this.options.source.readSet();
          if (epoch !== this.#epoch) return;
          this.#isPlaced = true;
          this.options.host.place(this, reads);
        }
        const data = await this.options.source.run();
        if (epoch === this.#epoch) this.#succeed(data);
      } catch (error) {
        const explained = await this.options.host.explain(error);
        if (epoch !== this.#epoch) return;
        // A migration may bring what is missing.
        if (!this.#isPlaced) this.options.host.place(this, UNKNOWN);
        this.fail(explained);
      }
    }
    if (epoch === this.#epoch) this.#runningEpoch = 0;
  }

  #succeed(data: T): void {
    const { status, data: before } = this.snapshot;
    const result = reuse(before, data);
    if (status === 'ready' && Object.is(before, result)) return;
    this.#publish({ status: 'ready', data: result, error: undefined });
  }

  #publish(snapshot: LiveSnapshot<T>): void {
    this.snapshot = snapshot;
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.options.onError(error);
      }
    }
  }
}

function isSameError(a: unknown, b: unknown): boolean {
  if (!(a instanceof Error && b instanceof Error)) return Object.is(a, b);
  return a.name === b.name && a.message === b.message;
}
