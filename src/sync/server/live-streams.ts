import type { VersionWatch } from '../../live/version-watch.js';
import { EVENT_STREAM_TYPE } from '../protocol.js';
import { LiveStream } from './live-stream.js';
import type { LiveOptions } from './options.js';
import { busy } from './refusals.js';

export interface LiveStreamsOptions extends Required<LiveOptions> {
  readonly watch: VersionWatch;
  readonly maxStreams: number;
  /** Called if the database could not be asked. The streams stay open. */
  readonly onError: (error: unknown) => void;
}

/** When a client may come back that found all streams taken. It polls meanwhile. */
const RETRY_AFTER_S = 30;

/** How often streams that can be woken look for news nevertheless: a sign that they are alive. */
const LOOK_MS = 1_000;

/**
 * The live streams of a handler. They share one subscription to the watch.
 *
 * On Cloudflare Workers a request must not settle promises of another one, so nobody can wake a
 * stream there: it looks for news by itself. And if a client has gone, its request may end without a
 * word, together with its timers. So streams that show no sign of life are removed, and polling that
 * one of them began is continued by the others.
 */
export class LiveStreams {
  readonly #streams = new Set<LiveStream>();
  readonly #canWake = !isCloudflareWorkers();
  #unsubscribe = () => {};

  constructor(readonly options: LiveStreamsOptions) {}

  /** @throws {CrrSyncError} CRR_SYNC_BUSY if too many are open. */
  open(signal: AbortSignal): Response {
    this.#removeDead();
    const { watch, maxStreams, pollMs, lifetimeMs } = this.options;
    if (this.#streams.size >= maxStreams) {
      throw busy(`all ${maxStreams} live streams are taken: poll instead`, RETRY_AFTER_S);
    }
    const stream = new LiveStream({
      watch,
      lifetimeMs,
      lookMs: this.#canWake ? LOOK_MS : pollMs,
      onAlive: () => this.#add(stream),
      onEnd: () => this.#remove(stream),
    });
    this.#add(stream);
    if (signal.aborted) stream.close();
    signal.addEventListener('abort', () => stream.close(), { once: true });
    return new Response(stream.body, {
      headers: { 'content-type': EVENT_STREAM_TYPE, 'cache-control': 'no-store' },
    });
  }

  /** Also adds one again that was taken for dead, because the whole process had been at a standstill. */
  #add(stream: LiveStream): void {
    if (this.#streams.has(stream)) return;
    this.#streams.add(stream);
    if (this.#streams.size > 1) return;
    const { watch, pollMs, onError } = this.options;
    const onVersion = () => {
      this.#removeDead();
      if (this.#canWake) for (const open of this.#streams) open.wake();
    };
    this.#unsubscribe = watch.subscribe({ pollMs, onError, onVersion });
  }

  #remove(stream: LiveStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#unsubscribe();
  }

  #removeDead(): void {
    for (const stream of this.#streams) if (stream.isDead) this.#remove(stream);
  }
}

function isCloudflareWorkers(): boolean {
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: string } };
  return navigator?.userAgent === 'Cloudflare-Workers';
}
