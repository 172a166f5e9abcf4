import { CrrSyncError } from '../../errors.js';
import { startTimer } from '../../live/timer.js';
import type { VersionWatch } from '../../live/version-watch.js';
import { sleep } from '../delay.js';
import { KEEP_ALIVE_MS, type PresenceChange, readEvents } from '../wire/live-events.js';
import type { Complete } from '../with-defaults.js';
import { type Backoff, fullJitter } from './fetch-chain.js';
import { STOPPED, type SyncEffect, type SyncInput, type SyncPhase, step } from './machine.js';
import type { ContinuousOptions } from './options.js';
import type { SyncResult } from './result.js';

export interface ContinuousSyncOptions extends Complete<ContinuousOptions> {
  readonly backoff: Backoff;
  /** Watches this database. */
  readonly watch: VersionWatch;
  readonly sync: (signal: AbortSignal) => Promise<SyncResult>;
  readonly hasUnsentChanges: () => Promise<boolean>;
  /** Undefined if the server has no live stream. */
  readonly openLiveStream: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array> | undefined>;
  /** Called with what the live stream sends of presence. */
  readonly onPresence: (change: PresenceChange) => void;
  /** Called when the live stream has ended. */
  readonly onStreamLost: () => void;
  readonly onPhase: (phase: SyncPhase) => void;
  /** Called with errors of this database. */
  readonly onError: (error: unknown) => void;
}

/** How a browser reports that the network is gone or back. */
interface Platform {
  readonly navigator?: { readonly onLine?: boolean };
  addEventListener?(type: string, listener: () => void, options: { signal: AbortSignal }): void;
}

/** If nothing arrives on a live stream for this long, not even a comment line, it does not work. */
const SILENCE_MS = KEEP_ALIVE_MS + 10_000;

/**
 * Runs the state machine in machine.ts. Its inputs are news from both sides, timers, and the state of
 * the network; its effects are performed here.
 */
export class ContinuousSync {
  #machine = STOPPED;
  #stopping = new AbortController();
  #cancelTimer = () => {};
  #endStream = () => {};
  /** The server's db_version as of the last sync, and the greatest that the live stream sent. */
  #serverVersion = 0;
  #streamedVersion = 0;
  /** The db_version of this database as last seen. */
  #localVersion: number | undefined;
  /** Whether that version may have brought changes to send, which is not checked yet. */
  #isLocalUnchecked = false;
  /** When something arrived on the live stream, on the clock of `performance.now()`. */
  #arrivedAt = Number.NEGATIVE_INFINITY;

  constructor(readonly options: ContinuousSyncOptions) {}

  get phase(): SyncPhase {
    return this.#machine.phase;
  }

  start(): void {
    if (this.phase !== 'stopped') return;
    this.#stopping = new AbortController();
    this.#localVersion = undefined;
    const { signal } = this.#stopping;
    const platform = globalThis as Platform;
    platform.addEventListener?.('online', () => this.#input('online'), { signal });
    platform.addEventListener?.('offline', () => this.#input('offline'), { signal });
    this.#watchLocal(signal);
    this.#input('start');
    if (platform.navigator?.onLine === false) this.#input('offline');
    void this.#repeat(() => this.#pollServer(signal), signal);
    if (this.options.liveStream) void this.#repeat(() => this.#followServer(signal), signal);
  }

  stop(): void {
    this.#input('stop');
    this.#cancelTimer();
    this.#stopping.abort(new CrrSyncError('CRR_SYNC_ABORTED', 'the sync was stopped'));
  }

  /** Ends the live stream, so that another one is opened at once. */
  reopenStream(): void {
    this.#endStream();
  }

  #input(input: SyncInput): void {
    const before = this.phase;
    const { state, effect } = step(this.#machine, input);
    this.#machine = state;
    this.#perform(effect);
    // Last, because a listener may call stop().
    if (state.phase !== before) this.options.onPhase(state.phase);
  }

  #perform(effect: SyncEffect): void {
    if (effect === 'none') return;
    this.#cancelTimer();
    if (effect === 'sync') void this.#sync(this.#stopping.signal);
    else {
      const delay = fullJitter(this.#machine.failures - 1, this.options.backoff);
      this.#cancelTimer = startTimer(() => this.#input('timer'), delay);
    }
  }

  async #sync(signal: AbortSignal): Promise<void> {
    let input: SyncInput;
    try {
      const { serverVersion } = await this.options.sync(signal);
      this.#serverVersion = serverVersion;
      input = 'synced';
    } catch (error) {
      input = inputFor(error);
      // A CrrSyncError was reported to the listeners already.
      if (!(error instanceof CrrSyncError)) this.options.onError(error);
    }
    // It was stopped meanwhile, and perhaps started again.
    if (signal.aborted) return;
    this.#input(input);
    if (input === 'was refused') this.#isLocalUnchecked = false;
    this.#checkServer();
    void this.#checkLocal(signal);
  }

  #watchLocal(signal: AbortSignal): void {
    const unsubscribe = this.options.watch.subscribe({
      pollMs: this.options.localPollMs,
      onError: this.options.onError,
      onVersion: (version) => this.#onLocalVersion(version, signal),
    });
    signal.addEventListener('abort', unsubscribe, { once: true });
  }

  #onLocalVersion(version: number, signal: AbortSignal): void {
    const isFirst = this.#localVersion === undefined;
    this.#localVersion = version;
    this.#isLocalUnchecked = true;
    // The first version was part of the sync that was refused. A later one may not be refused.
    if (this.phase === 'refused' && !isFirst) this.#input('news');
    void this.#checkLocal(signal);
  }

  /**
   * A new version of this database is news if there are changes to send. If not, the changes came
   * from the server. During a sync that is not known yet, so the check is made when it ends.
   */
  async #checkLocal(signal: AbortSignal): Promise<void> {
    if (!this.#isLocalUnchecked || this.phase !== 'idle') return;
    this.#isLocalUnchecked = false;
    try {
      const isNews = await this.options.hasUnsentChanges();
      if (isNews && !signal.aborted && this.phase === 'idle') this.#input('news');
    } catch (error) {
      if (signal.aborted) return;
      this.options.onError(error);
      this.#isLocalUnchecked = true;
      await sleep(this.options.localPollMs, signal).catch(() => {});
      void this.#checkLocal(signal);
    }
  }

  /** During a sync, the new version may be part of it. So this check is made when it ends, too. */
  #checkServer(): void {
    const isNews = this.#streamedVersion > this.#serverVersion;
    if (isNews && this.phase === 'idle') this.#input('news');
  }

  /** Follows a live stream until it ends. If there is none, this is tried again after a delay. */
  async #followServer(signal: AbortSignal): Promise<void> {
    const { openLiveStream, remotePollMs } = this.options;
    if (this.phase === 'idle' || this.phase === 'syncing') {
      const end = new AbortController();
      this.#endStream = () => end.abort();
      try {
        signal.addEventListener('abort', this.#endStream, { once: true, signal: end.signal });
        const stream = await openLiveStream(end.signal);
        if (stream !== undefined) return await this.#follow(stream, end.signal);
      } catch {
        // Then the server is polled, and a sync that fails reports the error.
      } finally {
        end.abort();
      }
    }
    await sleep(remotePollMs, signal);
  }

  async #follow(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
    const onArrival = () => {
      this.#arrivedAt = performance.now();
    };
    try {
      for await (const event of readEvents(stream, { signal, onArrival })) {
        if (event.type === 'presence') this.options.onPresence(event.change);
        else {
          this.#streamedVersion = event.version;
          this.#checkServer();
        }
      }
    } finally {
      this.options.onStreamLost();
      this.#arrivedAt = Number.NEGATIVE_INFINITY;
    }
  }

  /** Polls by syncing, unless a live stream works. */
  async #pollServer(signal: AbortSignal): Promise<void> {
    await sleep(this.options.remotePollMs, signal);
    const isSilent = performance.now() - this.#arrivedAt >= SILENCE_MS;
    if (isSilent && this.phase === 'idle') this.#input('news');
  }

  async #repeat(round: () => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) await round();
    } catch (error) {
      if (!signal.aborted) this.options.onError(error);
    }
  }
}

function inputFor(error: unknown): SyncInput {
  if (!(error instanceof CrrSyncError)) return 'server failed';
  if (error.code === 'CRR_SYNC_NETWORK') return 'network failed';
  const { status = 0 } = error;
  const isRefusal = status >= 400 && status < 500 && status !== 429;
  return isRefusal ? 'was refused' : 'server failed';
}
