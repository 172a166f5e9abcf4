import { startTimer } from '../../live/timer.js';
import type { VersionWatch } from '../../live/version-watch.js';
import { EVENT_STREAM_TYPE } from '../protocol.js';
import { encodeKeepAlive, encodeVersion, KEEP_ALIVE_MS } from '../wire/version-events.js';
import type { LiveOptions } from './options.js';
import { busy } from './refusals.js';

export interface LiveStreamsOptions extends Required<LiveOptions> {
  readonly watch: VersionWatch;
  readonly maxStreams: number;
  /** Called if the database could not be asked. The streams stay open. */
  readonly onError: (error: unknown) => void;
}

/** How often a stream makes sure that the watch is alive; see {@link VersionWatch.revive}. */
const REVIVE_MS = 1_000;

/** When a client may come back that found all streams taken. It polls meanwhile. */
const RETRY_AFTER_S = 30;

/** The live streams of a handler. They share one subscription to the watch. */
export class LiveStreams {
  readonly #streams = new Set<LiveStream>();
  #unsubscribe = () => {};

  constructor(readonly options: LiveStreamsOptions) {}

  /** @throws {CrrSyncError} CRR_SYNC_BUSY if too many are open. */
  open(signal: AbortSignal): Response {
    const { maxStreams } = this.options;
    if (this.#streams.size >= maxStreams) {
      throw busy(`all ${maxStreams} live streams are taken: poll instead`, RETRY_AFTER_S);
    }
    const stream = new LiveStream(this.options, () => this.#remove(stream));
    this.#add(stream);
    if (signal.aborted) stream.close();
    signal.addEventListener('abort', () => stream.close(), { once: true });
    return new Response(stream.body, {
      headers: { 'content-type': EVENT_STREAM_TYPE, 'cache-control': 'no-store' },
    });
  }

  #add(stream: LiveStream): void {
    this.#streams.add(stream);
    if (this.#streams.size > 1) return;
    const { watch, pollMs, onError } = this.options;
    const onVersion = () => {
      for (const open of this.#streams) open.wake();
    };
    this.#unsubscribe = watch.subscribe({ pollMs, onError, onVersion });
  }

  #remove(stream: LiveStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#unsubscribe();
  }
}

/**
 * One live stream. Events are made when the client reads, so one that reads slowly takes no memory,
 * and gets the newest version when it does read.
 */
class LiveStream {
  readonly body: ReadableStream<Uint8Array>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  readonly #cancelLifetime: () => void;
  #isEnded = false;
  #sentVersion: number | undefined;
  /** When something was sent, on the clock of `performance.now()`. */
  #sentAt = performance.now();
  #wake = () => {};

  constructor(
    readonly options: LiveStreamsOptions,
    readonly onEnd: () => void,
  ) {
    this.#cancelLifetime = startTimer(() => this.close(), options.lifetimeMs);
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#sendNext(),
        cancel: () => this.#end(),
      },
      { highWaterMark: 0 }, // Nothing is made before the client reads it.
    );
  }

  /** The version may have changed. */
  wake(): void {
    this.#wake();
  }

  close(): void {
    if (this.#isEnded) return;
    this.#end();
    this.#controller.close();
  }

  #end(): void {
    this.#isEnded = true;
    this.#cancelLifetime();
    this.#wake();
    this.onEnd();
  }

  async #sendNext(): Promise<void> {
    while (!this.#isEnded) {
      const event = this.#nextEvent();
      if (event !== undefined) {
        this.#sentAt = performance.now();
        this.#controller.enqueue(event);
        return;
      }
      await this.#untilWoken();
      this.options.watch.revive();
    }
  }

  #nextEvent(): Uint8Array | undefined {
    const { version } = this.options.watch;
    if (version !== undefined && version !== this.#sentVersion) {
      this.#sentVersion = version;
      return encodeVersion(version);
    }
    const isSilent = performance.now() - this.#sentAt >= KEEP_ALIVE_MS;
    return isSilent ? encodeKeepAlive() : undefined;
  }

  /** Resolves when there may be something to send, and after a while in any case. */
  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = startTimer(resolve, REVIVE_MS);
      this.#wake = () => {
        cancelTimer();
        resolve();
      };
    });
  }
}
