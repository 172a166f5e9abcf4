import { startTimer } from '../../live/timer.js';
import type { VersionWatch } from '../../live/version-watch.js';
import { encodeKeepAlive, encodeVersion, KEEP_ALIVE_MS } from '../wire/live-events.js';
import type { PresenceView } from './presence.js';

/** A stream that has to look for news, but has not done so for this long, is dead. */
const DEAD_MS = 10_000;

export interface LiveStreamOptions {
  readonly watch: VersionWatch;
  /** Who is present; undefined if the client does not want to know, or may not. */
  readonly view?: PresenceView | undefined;
  /** The stream ends after this time, in milliseconds. */
  readonly lifetimeMs: number;
  /** How often the stream looks for news without being woken, in milliseconds. */
  readonly lookMs: number;
  /** Called when the stream looks for news. */
  readonly onAlive: () => void;
  readonly onEnd: () => void;
}

/**
 * One live stream. Events are created when the client reads. So a client that reads slowly needs no
 * memory, and it gets the newest version when it reads.
 */
export class LiveStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: LiveStreamOptions;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #isEnded = false;
  readonly #cancelLifetime: () => void;
  #wake = () => {};
  /** Whether to look who is present: not at each event, so that what many clients send is one event. */
  #isPresenceDue = true;
  #sentVersion: number | undefined;
  /* Times are on the clock of `performance.now()`. */
  #sentAt: number;
  readonly #endsAt: number;
  /** When the stream last looked for news; undefined while the client does not read. */
  #waitingSince: number | undefined;

  constructor(options: LiveStreamOptions) {
    const { lifetimeMs } = options;
    this.#options = options;
    this.#sentAt = performance.now();
    this.#endsAt = this.#sentAt + lifetimeMs;
    this.#cancelLifetime = startTimer(() => this.close(), lifetimeMs);
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#sendNext(),
        cancel: () => this.#end(),
      },
      { highWaterMark: 0 }, // No event is created before the client reads.
    );
  }

  get isDead(): boolean {
    const now = performance.now();
    return now > this.#endsAt + DEAD_MS || now > (this.#waitingSince ?? now) + DEAD_MS;
  }

  /** The room whose presence the stream contains. */
  get room(): string | undefined {
    return this.#options.view?.room;
  }

  /** Makes the stream look for news now, if the client is reading. */
  wake(): void {
    this.#wake();
  }

  /** Makes the stream look who is present, now or when the client reads. */
  wakeForPresence(): void {
    this.#isPresenceDue = true;
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
    this.#options.onEnd();
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
      if (this.#isEnded) return;
      this.#isPresenceDue = true;
      this.#options.onAlive();
      this.#options.watch.revive();
    }
  }

  #nextEvent(): Uint8Array | undefined {
    const { version } = this.#options.watch;
    if (version !== undefined && version !== this.#sentVersion) {
      this.#sentVersion = version;
      return encodeVersion(version);
    }
    if (this.#isPresenceDue && this.#options.view !== undefined) {
      const presence = this.#options.view.next();
      this.#isPresenceDue = this.#options.view.hasMore;
      if (presence !== undefined) return presence;
    }
    const isSilent = performance.now() - this.#sentAt >= KEEP_ALIVE_MS;
    return isSilent ? encodeKeepAlive() : undefined;
  }

  /** Resolves when it is time to look for news again. */
  async #untilWoken(): Promise<void> {
    this.#waitingSince = performance.now();
    await new Promise<void>((resolve) => {
      const cancelTimer = startTimer(resolve, this.#options.lookMs);
      this.#wake = () => {
        cancelTimer();
        resolve();
      };
    });
    this.#wake = () => {};
    this.#waitingSince = undefined;
  }
}
