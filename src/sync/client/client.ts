import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { CrrSyncError } from '../../errors.js';
import { type EmitEvent, eventEmitter, stopwatch } from '../../live/events.js';
import { Listeners } from '../../live/listeners.js';
import { errorReporter } from '../../live/report-error.js';
import {
  type ApplyResult,
  type RowRef,
  resolvingSite,
  siteOf,
  type UnsentOptions,
  type UnsentRow,
} from '../site.js';
import { ContinuousSync } from './continuous.js';
import { endedEvent, failedEvent } from './events.js';
import { Exchange } from './exchange.js';
import { HttpConnection } from './http-connection.js';
import type { SyncPhase } from './machine.js';
import { checkOptions, resolveOptions, type SyncOptions } from './options.js';
import { type Presence, PresenceClient } from './presence.js';
import type { RefusedRowRef, RejectedRowRef, SyncProgress, SyncResult } from './result.js';

/** What the listeners of a {@link Sync} are called with. */
export type SyncEvent =
  | { readonly type: 'phase'; readonly phase: SyncPhase }
  | { readonly type: 'progress'; readonly progress: SyncProgress }
  /** Rows of this database have changed, so the application may want to refresh. */
  | { readonly type: 'applied'; readonly result: ApplyResult }
  /** These rows have left what this site may see, or never were in it: they were dropped, if they were here. */
  | { readonly type: 'hidden'; readonly rows: readonly RowRef[] }
  /** The server has not taken the changes of these rows, because this site may not write them. */
  | { readonly type: 'refused'; readonly rows: readonly RefusedRowRef[] }
  | { readonly type: 'rejected'; readonly rows: readonly RejectedRowRef[] }
  | { readonly type: 'synced'; readonly result: SyncResult }
  /** Not if it was ended by {@link Sync.stop} or by the signal of a `sync()`. */
  | { readonly type: 'failed'; readonly error: CrrSyncError };

/** @typeParam TPresence what the clients of this server show of themselves: see {@link Presence}. */
export interface Sync<TPresence = unknown> {
  /**
   * Exchanges changes until both sides have the changes of the other. If another sync is under way,
   * this one begins after it.
   *
   * @throws {CrrSyncError} if that is not possible. Changes that were exchanged before stay.
   */
  sync(options?: { readonly signal?: AbortSignal }): Promise<SyncResult>;
  /** Syncs now, and then whenever there are new changes on either side, until {@link stop}. */
  start(): void;
  /** Ends the continuous sync. Resolves when nothing is under way any more. */
  stop(): Promise<void>;
  /**
   * Lists the rows of this database of which the server lacks something, and of each the columns: see
   * `$crr.unsent()`. Needs no connection.
   *
   * @example
   * const waiting = await sync.unsent({ table: todos, limit: 100 });
   */
  unsent<TTable extends SQLiteTable>(options?: UnsentOptions<TTable>): Promise<UnsentRow<TTable>[]>;
  /** The state of the continuous sync. */
  readonly phase: SyncPhase;
  /** Who else is at work now, and what they show of it. It needs the continuous sync, and its live stream. */
  readonly presence: Presence<TPresence>;
  /**
   * Adds a listener for all events from now on, and returns the function that removes it. If a
   * listener throws, the error is passed to `onError`, and the sync and the other listeners go on.
   */
  subscribe(listener: (event: SyncEvent) => void): () => void;
}

/**
 * Creates the client side of sync. The other side can be any site that has a handler.
 *
 * @throws {CrrUsageError} if an option is missing, misspelt or invalid.
 *
 * @example
 * const sync = createSync({ db, url: 'https://example.com/sync', headers: () => ({ authorization }) });
 * await sync.sync();
 * sync.start();
 *
 * @typeParam TPresence what `sync.presence` shows. It is not checked: it is what other applications have sent.
 */
export function createSync<TPresence = unknown>(options: SyncOptions): Sync<TPresence> {
  const plain = siteOf(options.db);
  checkOptions(options, plain);
  const { tables, chunk, continuous, ...http } = resolveOptions(options);
  const onError = errorReporter(options.onError);
  const { resolve, note = {} } = options;
  const site = resolve ? resolvingSite(plain, resolve, note, onError) : plain;
  const emit = eventEmitter(options.onEvent, onError);
  const connection = new HttpConnection({ ...http, emit });
  const { maxMessageBytes } = http;
  const exchange = new Exchange({ site, connection, tables, chunk, maxMessageBytes });
  const listeners = new Listeners<SyncEvent>(onError);
  const runner = new SyncRunner(exchange, listeners, emit);
  const presence = new PresenceClient<TPresence>({
    send: (body, signal) => connection.sendPresence(body, signal),
    onWanted: () => continuousSync.reopenStream(),
    onError,
  });
  let leave = async () => {};
  const continuousSync = new ContinuousSync({
    ...continuous,
    backoff: http.retry,
    watch: site.watch,
    sync: (signal) => runner.run(signal),
    hasUnsentChanges: () => exchange.hasUnsentChanges(),
    openLiveStream: (signal) => connection.openLiveStream(signal, presence.isWanted),
    onPresence: (change) => presence.receive(change),
    onStreamLost: () => presence.lost(),
    onPhase: (phase) => {
      emit?.({ type: 'sync-phase', phase });
      listeners.emit({ type: 'phase', phase });
    },
    onError,
  });
  return {
    sync: ({ signal = new AbortController().signal } = {}) => runner.run(signal),
    presence,
    start() {
      if (continuousSync.phase !== 'stopped') return;
      leave = presence.start();
      continuousSync.start();
    },
    async stop() {
      continuousSync.stop();
      await Promise.all([runner.idle(), leave()]);
    },
    async unsent<TTable extends SQLiteTable>(options: UnsentOptions<TTable> = {}) {
      const peer = (await exchange.peer()) ?? {};
      const rows = await site.readUnsent('unsent()', peer, options, tables);
      return rows as unknown as UnsentRow<TTable>[];
    },
    get phase() {
      return continuousSync.phase;
    },
    subscribe: (listener) => listeners.add(listener),
  };
}

/** Runs one exchange at a time, and reports it to the listeners. */
class SyncRunner {
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly exchange: Exchange,
    readonly listeners: Listeners<SyncEvent>,
    readonly emit: EmitEvent,
  ) {}

  run(signal: AbortSignal): Promise<SyncResult> {
    const result = this.#last.then(() => this.#runNow(signal));
    this.#last = result.catch(() => {}); // The caller gets the error.
    return result;
  }

  /** Resolves when nothing is running. */
  async idle(): Promise<void> {
    await this.#last;
  }

  async #runNow(signal: AbortSignal): Promise<SyncResult> {
    const { listeners, emit } = this;
    const elapsed = emit && stopwatch();
    try {
      const result = await this.exchange.run(signal, {
        onProgress: (progress) => listeners.emit({ type: 'progress', progress }),
        onApplied: (applied) => listeners.emit({ type: 'applied', result: applied }),
        onRefused: (rows) => listeners.emit({ type: 'refused', rows }),
        onHidden: (rows) => listeners.emit({ type: 'hidden', rows }),
        onRejected: (rows) => listeners.emit({ type: 'rejected', rows }),
        onRecovered: (code) => emit?.({ type: 'sync-recovery', code }),
      });
      if (elapsed) emit?.(endedEvent(result, elapsed()));
      listeners.emit({ type: 'synced', result });
      return result;
    } catch (error) {
      if (elapsed) emit?.(failedEvent(error, elapsed()));
      // Whoever ended it knows.
      const hasFailed = error instanceof CrrSyncError && error.code !== 'CRR_SYNC_ABORTED';
      if (hasFailed) listeners.emit({ type: 'failed', error });
      throw error;
    }
  }
}
