import { startTimer } from '../../live/timer.js';
import type { VersionWatch } from '../../live/version-watch.js';
import { EVENT_STREAM_TYPE } from '../protocol.js';
import type { Complete } from '../with-defaults.js';
import { LiveStream } from './live-stream.js';
import type { LiveOptions } from './options.js';
import type { PresenceView } from './presence.js';
import { busy } from './refusals.js';

export interface LiveStreamsOptions extends Complete<LiveOptions> {
  readonly watch: VersionWatch;
  readonly maxStreams: number;
  readonly maxStreamsPerOwner: number;
  /** Called if the database fails. The streams stay open. */
  readonly onError: (error: unknown) => void;
}

/** When a client may try again if there are too many streams. Meanwhile it polls. */
const RETRY_AFTER_S = 30;

/** How often streams look for news even if they can be woken: this shows that they are alive. */
const LOOK_MS = 1_000;

/** Streams are woken for presence only so often, because many clients may move their cursors at once. */
const PRESENCE_GAP_MS = 50;

export interface StreamOf {
  /** Who opens it, if `authorize` names somebody. */
  readonly owner?: string | undefined;
  /** What it sends of presence, if its client wants to know. */
  readonly view?: PresenceView | undefined;
}

/**
 * The live streams of a handler. They share one subscription to the watch.
 *
 * Two things are different on Cloudflare Workers. One request must not settle promises of another, so
 * streams are not woken, but look for news themselves. And when a client goes away, its request may
 * end without notice, together with its timers. So streams that show no sign of life are removed, and
 * the others resume polling if it depended on one of them.
 */
export class LiveStreams {
  /** Each with its owner, if `authorize` names one. */
  readonly #streams = new Map<LiveStream, string | undefined>();
  readonly #canWake = !isCloudflareWorkers();
  #unsubscribe = () => {};
  /** Rooms whose streams are about to be woken. */
  readonly #changedRooms = new Set<string>();

  constructor(readonly options: LiveStreamsOptions) {}

  /** @throws {CrrSyncError} CRR_SYNC_BUSY if too many are open, or too many of this owner. */
  open(signal: AbortSignal, { owner, view }: StreamOf = {}): Response {
    this.#removeDead();
    this.#requireRoom(owner);
    const { watch, pollMs, lifetimeMs } = this.options;
    const stream = new LiveStream({
      watch,
      view,
      lifetimeMs,
      lookMs: this.#canWake ? LOOK_MS : pollMs,
      onAlive: () => this.#add(stream, owner),
      onEnd: () => this.#remove(stream),
    });
    this.#add(stream, owner);
    if (signal.aborted) stream.close();
    signal.addEventListener('abort', () => stream.close(), { once: true });
    return new Response(stream.body, {
      headers: { 'content-type': EVENT_STREAM_TYPE, 'cache-control': 'no-store' },
    });
  }

  /** Somebody in a room has come, changed or gone. */
  wakeRoom(room: string): void {
    if (!this.#canWake) return;
    const isWaking = this.#changedRooms.size > 0;
    this.#changedRooms.add(room);
    if (isWaking) return;
    startTimer(() => {
      for (const stream of this.#streams.keys()) {
        if (stream.room !== undefined && this.#changedRooms.has(stream.room)) {
          stream.wakeForPresence();
        }
      }
      this.#changedRooms.clear();
    }, PRESENCE_GAP_MS);
  }

  #requireRoom(owner: string | undefined): void {
    const { maxStreams, maxStreamsPerOwner } = this.options;
    if (this.#streams.size >= maxStreams) {
      throw busy(
        `the limit of live streams (${maxStreams}) is reached: poll, and try again later`,
        RETRY_AFTER_S,
      );
    }
    if (owner === undefined) return;
    let ofOwner = 0;
    for (const other of this.#streams.values()) if (other === owner) ofOwner++;
    if (ofOwner < maxStreamsPerOwner) return;
    throw busy(
      `the limit of live streams of one owner (${maxStreamsPerOwner}) is reached: poll, or close one of them`,
      RETRY_AFTER_S,
    );
  }

  /** Also adds a stream again that was removed although it is alive, because the process had hung. */
  #add(stream: LiveStream, owner: string | undefined): void {
    if (this.#streams.has(stream)) return;
    this.#streams.set(stream, owner);
    if (this.#streams.size > 1) return;
    const { watch, pollMs, onError } = this.options;
    const onVersion = () => {
      this.#removeDead();
      if (this.#canWake) for (const open of this.#streams.keys()) open.wake();
    };
    this.#unsubscribe = watch.subscribe({ pollMs, onError, onVersion });
  }

  #remove(stream: LiveStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#unsubscribe();
  }

  #removeDead(): void {
    for (const stream of this.#streams.keys()) if (stream.isDead) this.#remove(stream);
  }
}

function isCloudflareWorkers(): boolean {
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: string } };
  return navigator?.userAgent === 'Cloudflare-Workers';
}
