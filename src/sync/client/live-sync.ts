import { CrrSyncError } from '../../errors.js';
import { readVersions } from './event-stream.js';
import type { SyncResult } from './exchange.js';
import { fullJitter, sleep } from './fetch-chain.js';
import { STOPPED, type SyncEffect, type SyncInput, type SyncPhase, step } from './machine.js';

export interface LiveSyncParts {
  readonly sync: (signal: AbortSignal) => Promise<SyncResult>;
  readonly hasLocalNews: () => Promise<boolean>;
  readonly listen: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array> | undefined>;
  readonly onPhase: (phase: SyncPhase) => void;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  readonly localPollMs: number;
  readonly remotePollMs: number;
  readonly liveStream: boolean;
}

/** The platform's word on whether there is a network, where it has one. */
interface Platform {
  readonly navigator?: { readonly onLine?: boolean };
  addEventListener?(type: string, listener: () => void, options: { signal: AbortSignal }): void;
}

/** A stream that is heard tells at least every 15 s that it is still there. */
const SILENT_MS = 25_000;

/** Runs the machine: feeds it news from both sides, timers and the platform, and does what it says. */
export class LiveSync {
  #machine = STOPPED;
  #stopping = new AbortController();
  /** The server's db_version as of the last sync, and the newest that the live stream told. */
  #serverVersion = 0;
  #toldVersion = 0;
  /** When the live stream brought something, on the clock of `performance.now()`. */
  #heardAt = Number.NEGATIVE_INFINITY;
  /** An effect of before the last start must not touch what runs now. */
  #run = 0;

  constructor(readonly parts: LiveSyncParts) {}

  get phase(): SyncPhase {
    return this.#machine.phase;
  }

  start(): void {
    if (this.#machine.phase !== 'stopped') return;
    this.#stopping = new AbortController();
    this.#run++;
    const { signal } = this.#stopping;
    const platform = globalThis as Platform;
    platform.addEventListener?.('online', () => this.#feed('online'), { signal });
    platform.addEventListener?.('offline', () => this.#feed('offline'), { signal });
    this.#feed('start');
    if (platform.navigator?.onLine === false) this.#feed('offline');
    this.#forever(() => this.#watchLocal(signal), signal);
    if (this.parts.liveStream) this.#forever(() => this.#watchServer(signal), signal);
    this.#forever(() => this.#poll(signal), signal);
  }

  stop(): void {
    this.#feed('stop');
    this.#stopping.abort(new CrrSyncError('CRR_SYNC_ABORTED', 'the sync was stopped'));
  }

  #feed(input: SyncInput): void {
    const before = this.#machine.phase;
    const { state, effect } = step(this.#machine, input);
    this.#machine = state;
    if (state.phase !== before) this.parts.onPhase(state.phase);
    this.#do(effect);
  }

  #do(effect: SyncEffect): void {
    if (effect === 'sync') void this.#sync(this.#stopping.signal, this.#run);
    if (effect === 'wait') void this.#wait(this.#stopping.signal, this.#run);
  }

  async #sync(signal: AbortSignal, run: number): Promise<void> {
    let input: SyncInput;
    try {
      const { serverVersion } = await this.parts.sync(signal);
      this.#serverVersion = serverVersion;
      input = 'synced';
    } catch (error) {
      input = inputFor(error);
    }
    if (run !== this.#run) return;
    this.#feed(input);
    this.#heedServer();
  }

  /** What the server told counts once it is idle here: a sync under way may bring it anyway. */
  #heedServer(): void {
    const isNews = this.#toldVersion > this.#serverVersion;
    if (isNews && this.phase === 'idle') this.#feed('news');
  }

  async #wait(signal: AbortSignal, run: number): Promise<void> {
    const ms = fullJitter(this.#machine.failures - 1, this.parts.backoff);
    try {
      await sleep(ms, signal);
    } catch {
      return;
    }
    if (run === this.#run) this.#feed('timer');
  }

  /** Repeats until stopped; what fails in a round is tried again in the next. */
  async #forever(round: () => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await round();
      } catch {
        // A failed look is no news; the sync itself reports what is wrong.
        await sleep(this.parts.localPollMs, signal).catch(() => {});
      }
    }
  }

  async #watchLocal(signal: AbortSignal): Promise<void> {
    await sleep(this.parts.localPollMs, signal);
    if (this.phase === 'idle' && (await this.parts.hasLocalNews())) this.#feed('news');
  }

  /** Follows the live stream; one that ended, or could not be had, is tried again. */
  async #watchServer(signal: AbortSignal): Promise<void> {
    if (this.phase === 'idle' || this.phase === 'syncing') {
      try {
        const stream = await this.parts.listen(signal);
        if (stream !== undefined) {
          const onHeard = () => {
            this.#heardAt = performance.now();
          };
          for await (const version of readVersions(stream, signal, onHeard)) {
            this.#toldVersion = version;
            this.#heedServer();
          }
          return;
        }
      } catch {
        // Polling goes on meanwhile.
      } finally {
        this.#heardAt = Number.NEGATIVE_INFINITY;
      }
    }
    await sleep(this.parts.remotePollMs, signal);
  }

  /** Asks by syncing where no stream is heard: there is none, or something on the way holds it back. */
  async #poll(signal: AbortSignal): Promise<void> {
    await sleep(this.parts.remotePollMs, signal);
    const isHeard = performance.now() - this.#heardAt < SILENT_MS;
    if (!isHeard && this.phase === 'idle') this.#feed('news');
  }
}

function inputFor(error: unknown): SyncInput {
  if (!(error instanceof CrrSyncError)) return 'server failed';
  if (error.code === 'CRR_SYNC_NETWORK') return 'network failed';
  const { status } = error;
  const isFinal = status !== undefined && status >= 400 && status < 500 && status !== 429;
  return isFinal ? 'was refused' : 'server failed';
}
