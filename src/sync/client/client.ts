import type { ApplyResult } from '../../drizzle/apply-result.js';
import type { CrrDatabase } from '../../drizzle/crr-database.js';
import { internalsOf } from '../../drizzle/internals.js';
import { CrrSyncError, CrrUsageError } from '../../errors.js';
import { refuseUnknownOptions } from '../../model/options.js';
import { LIMITS } from '../protocol.js';
import { Exchange, type SyncProgress, type SyncResult } from './exchange.js';
import { type Fetch, withRetry, withTimeout } from './fetch-chain.js';
import { LiveSync } from './live-sync.js';
import type { SyncPhase } from './machine.js';
import { type SyncHeaders, Transport } from './transport.js';

export interface SyncOptions {
  /** A database made by `withCrr`. */
  readonly db: CrrDatabase;
  /** Address of a handler. Optional beside `fetch`; it is also the name by which the server is remembered. */
  readonly url?: string;
  /** Used instead of the platform's fetch; a handler of `createSyncHandler` fits. */
  readonly fetch?: Fetch;
  /** Headers of every request, or a function that makes them: for a token. */
  readonly headers?: SyncHeaders;
  /** Exchange only these tables, by name in the database. */
  readonly tables?: readonly string[];
  /** About how large a chunk may be before compression, in bytes, both ways. Default: 1 MiB. */
  readonly chunkBytes?: number;
  /** How many changes a chunk may hold. Default: 20,000. */
  readonly maxChanges?: number;
  /** How large an answer may be after decompression, in bytes. Default: 32 MiB. */
  readonly maxMessageBytes?: number;
  /** How long an answer may take until it begins, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number;
  /** Tries of one request, and their delays: full jitter. Default: 4, 250 ms doubling up to 30 s. */
  readonly retry?: {
    readonly attempts?: number;
    readonly baseMs?: number;
    readonly maxMs?: number;
  };
  /** `'json'` makes messages readable, for debugging. Default: `'binary'`. */
  readonly format?: 'binary' | 'json';
  /** Continuous sync: see {@link ContinuousOptions}. */
  readonly continuous?: ContinuousOptions;
}

export interface ContinuousOptions {
  /** How often this database is asked whether something was written, in milliseconds. Default: 200. */
  readonly localPollMs?: number;
  /** How often the server is asked where it has no live stream, in milliseconds. Default: 1,000. */
  readonly remotePollMs?: number;
  /** False: always poll. Default: true. */
  readonly liveStream?: boolean;
}

/** What a {@link Sync} tells its listeners. */
export type SyncEvent =
  | { readonly type: 'phase'; readonly phase: SyncPhase }
  | { readonly type: 'progress'; readonly progress: SyncProgress }
  /** Changes were merged here: what an application may want to refresh. */
  | { readonly type: 'applied'; readonly result: ApplyResult }
  | { readonly type: 'synced'; readonly result: SyncResult }
  | { readonly type: 'failed'; readonly error: CrrSyncError };

export interface Sync {
  /**
   * Exchanges changes once, until both sides have what the other had.
   *
   * @throws {CrrSyncError} where that was not possible; what was exchanged so far stays.
   */
  sync(options?: { readonly signal?: AbortSignal }): Promise<SyncResult>;
  /** Syncs now, and from then on whenever something is new on either side. */
  start(): void;
  /** Ends what {@link start} began, and whatever is under way. */
  stop(): Promise<void>;
  /** Where the continuous sync stands. */
  readonly phase: SyncPhase;
  /** Hears of everything from now on; returns the function that ends it. */
  subscribe(listener: (event: SyncEvent) => void): () => void;
}

const OPTIONS = [
  'db',
  'url',
  'fetch',
  'headers',
  'tables',
  'chunkBytes',
  'maxChanges',
  'maxMessageBytes',
  'timeoutMs',
  'retry',
  'format',
  'continuous',
];

/** Stands for the address where only a `fetch` is given. */
const NO_URL = 'http://localhost/';

/**
 * Makes the client side of sync. Any site can be the server: it needs a handler, nothing else.
 *
 * @throws {CrrUsageError} where neither `url` nor `fetch` is given, or an option is misspelt.
 *
 * @example
 * const sync = createSync({ db, url: 'https://example.com/sync', headers: () => ({ authorization }) });
 * await sync.sync();
 * sync.start();
 */
export function createSync(options: SyncOptions): Sync {
  refuseUnknownOptions('createSync()', options, OPTIONS);
  refuseUnknownOptions('createSync(): retry', options.retry ?? {}, ['attempts', 'baseMs', 'maxMs']);
  refuseUnknownOptions('createSync(): continuous', options.continuous ?? {}, [
    'localPollMs',
    'remotePollMs',
    'liveStream',
  ]);
  const { db, fetch, url } = options;
  if (url === undefined && fetch === undefined) {
    throw new CrrUsageError('CRR_USAGE_OPTION', 'createSync() needs a url, a fetch, or both');
  }
  if (url !== undefined && !isWebAddress(url)) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      'createSync(): url must be an address that begins with http:// or https://',
    );
  }
  for (const table of options.tables ?? []) {
    if (internalsOf(db.$crr).schema.tables.has(table)) continue;
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `createSync(): "${table}" is no CRR of this schema`,
    );
  }
  return new SyncClient(options);
}

/** A browser's pages may name an address relative to their own. */
function isWebAddress(url: string): boolean {
  const { location } = globalThis as { readonly location?: { readonly href?: string } };
  try {
    return /^https?:$/.test(new URL(url, location?.href).protocol);
  } catch {
    return false;
  }
}

class SyncClient implements Sync {
  readonly #exchange: Exchange;
  readonly #live: LiveSync;
  readonly #listeners = new Set<(event: SyncEvent) => void>();
  /** One exchange at a time: the next begins where the last ended. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SyncOptions) {
    const { url = NO_URL, headers = {}, format = 'binary', tables } = options;
    const maxMessageBytes = options.maxMessageBytes ?? LIMITS.maxMessageBytes;
    const platformFetch: Fetch = (request) => globalThis.fetch(request);
    const timeoutMs = options.timeoutMs ?? 60_000;
    const plain = withTimeout(options.fetch ?? platformFetch, timeoutMs);
    const retry = { attempts: 4, baseMs: 250, maxMs: 30_000, ...options.retry };
    const open = (fetch: Fetch) =>
      new Transport(url, fetch, headers, format, maxMessageBytes, timeoutMs);
    const transport = open(withRetry(plain, retry));
    // The live stream has its own way of coming again.
    const live = open(plain);
    this.#exchange = new Exchange(
      options.db.$crr,
      transport,
      tables,
      options.chunkBytes ?? LIMITS.chunkBytes,
      options.maxChanges ?? LIMITS.maxChanges,
    );
    this.#live = new LiveSync({
      sync: (signal) => this.sync({ signal }),
      hasLocalNews: () => this.#exchange.hasNews(),
      listen: (signal) => live.listen(signal),
      onPhase: (phase) => this.#tell({ type: 'phase', phase }),
      backoff: retry,
      localPollMs: 200,
      remotePollMs: 1_000,
      liveStream: true,
      ...options.continuous,
    });
  }

  get phase(): SyncPhase {
    return this.#live.phase;
  }

  sync({ signal }: { readonly signal?: AbortSignal } = {}): Promise<SyncResult> {
    const run = this.#last.then(() => this.#run(signal ?? new AbortController().signal));
    this.#last = run.catch(() => {});
    return run;
  }

  start(): void {
    this.#live.start();
  }

  async stop(): Promise<void> {
    this.#live.stop();
    await this.#last;
  }

  subscribe(listener: (event: SyncEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #run(signal: AbortSignal): Promise<SyncResult> {
    try {
      const result = await this.#exchange.run(signal, {
        onProgress: (progress) => this.#tell({ type: 'progress', progress }),
        onApplied: (applied) => this.#tell({ type: 'applied', result: applied }),
      });
      this.#tell({ type: 'synced', result });
      return result;
    } catch (error) {
      if (error instanceof CrrSyncError) this.#tell({ type: 'failed', error });
      throw error;
    }
  }

  #tell(event: SyncEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
