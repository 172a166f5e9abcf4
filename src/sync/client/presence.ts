import { CrrSyncError, CrrUsageError } from '../../errors.js';
import { Listeners } from '../../live/listeners.js';
import { startTimer } from '../../live/timer.js';
import { bytesToHex } from '../../model/value.js';
import { PRESENCE } from '../presence-protocol.js';
import type { PresenceChange, PresentPeer } from '../wire/live-events.js';

/** Who else is at work now, and what they show of it: names, cursors. Nothing of it is stored. */
export interface Presence<State = unknown> {
  /**
   * Shows the others a state while the sync runs continuously, until it is replaced; `null` shows nothing any more. It may be called as often as a cursor moves: the newest state is sent, at most ten times in a second.
   *
   * @throws {CrrUsageError} CRR_USAGE_OPTION if the state is not JSON, or has more than 4 kB of it.
   *
   * @example
   * sync.presence.set({ name: 'Ann', card: 'c1' });
   */
  set(state: State | null): void;
  /** The others, as last heard: the same list until something changes. */
  readonly others: () => readonly PresentPeer<State>[];
  /** Calls a function with the others whenever they change, and returns the function that ends it. */
  readonly subscribe: (listener: (others: readonly PresentPeer<State>[]) => void) => () => void;
}

export interface PresenceClientOptions {
  /** Sends a message. @returns the name by which others know this client. */
  readonly send: (body: string, signal: AbortSignal) => Promise<string>;
  /** Called when this client wants to know who is there, for the first time. */
  readonly onWanted: () => void;
  /** Called with refusals by the server, and with what listeners throw. */
  readonly onError: (error: unknown) => void;
}

/** The least time between two messages. */
const GAP_MS = 100;
/** How long the last message may take when the sync is stopped. */
const FAREWELL_MS = 1_000;
const NOBODY: readonly PresentPeer<never>[] = [];

/** The presence of one client. It is active from `start()` until the function that this returns was called. */
export class PresenceClient<State> implements Presence<State> {
  readonly #options: PresenceClientOptions;
  readonly #listeners: Listeners<readonly PresentPeer<State>[]>;
  /** Who knows it can send in the name of this client, so that it is shown to nobody. */
  readonly #client = bytesToHex(crypto.getRandomValues(new Uint8Array(16)));
  #id: string | undefined;
  #isWanted = false;
  #uses = 0;
  /** JSON of the state. */
  #state = 'null';
  /** What the server has; undefined if that is not known. */
  #sent: string | undefined = 'null';
  #sending: Promise<void> | undefined;
  #stopping = new AbortController();
  #cancelSend = () => {};
  #cancelForget = () => {};
  #sentAt = Number.NEGATIVE_INFINITY;
  /** All who are present, this client included. */
  readonly #peers = new Map<string, PresentPeer<State>>();
  #others: readonly PresentPeer<State>[] = NOBODY;
  /** Called with what arrives here, for other tabs. */
  onReceived: (change: PresenceChange) => void = () => {};

  constructor(options: PresenceClientOptions) {
    this.#options = options;
    this.#listeners = new Listeners(options.onError);
  }

  /** Whether anybody here wants to know who is there. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  set(state: State | null): void {
    this.want();
    const json = JSON.stringify(state);
    if (json === undefined) throw stateError('is not JSON');
    const bytes = new TextEncoder().encode(json).length;
    if (bytes > PRESENCE.maxStateBytes) {
      throw stateError(`has ${bytes} bytes of JSON, expected at most ${PRESENCE.maxStateBytes}`);
    }
    if (json === this.#state) return;
    this.#state = json;
    this.#sendIn(0);
  }

  readonly others = (): readonly PresentPeer<State>[] => {
    this.want();
    return this.#others;
  };

  readonly subscribe = (
    listener: (others: readonly PresentPeer<State>[]) => void,
  ): (() => void) => {
    this.want();
    return this.#listeners.add(listener);
  };

  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#options.onWanted();
  }

  /** Returns a function that ends this use, and resolves when nothing is sent any more. */
  start(): () => Promise<void> {
    this.#uses++;
    if (this.#uses === 1) this.#stopping = new AbortController();
    this.#sendIn(0);
    let hasEnded = false;
    return async () => {
      if (hasEnded) return;
      hasEnded = true;
      this.#uses--;
      if (this.#uses === 0) await this.#leave();
    };
  }

  /** Something has arrived on the live stream of this client, or of another tab. */
  receive(change: PresenceChange): void {
    if (this.#uses === 0) return;
    this.#cancelForget();
    if (change.all) this.#peers.clear();
    for (const id of change.gone) this.#peers.delete(id);
    for (const peer of change.set) this.#peers.set(peer.id, peer as PresentPeer<State>);
    // A server that was restarted, or another one, does not know this client.
    if (change.all && !(this.#id !== undefined && this.#peers.has(this.#id))) {
      this.#sent = undefined;
      this.#sendIn(0);
    }
    this.#update();
    this.onReceived(change);
  }

  /** The live stream has ended: who is there is not known until there is another one. */
  lost(): void {
    this.#cancelForget();
    if (this.#uses === 0 || this.#peers.size === 0) return;
    this.#cancelForget = startTimer(
      () => this.receive({ all: true, set: [], gone: [] }),
      PRESENCE.expiresMs,
    );
  }

  /** All who are present. */
  snapshot(): PresenceChange {
    return { all: true, set: [...this.#peers.values()], gone: [] };
  }

  async #leave(): Promise<void> {
    this.#cancelSend();
    this.#cancelForget();
    this.#stopping.abort(new CrrSyncError('CRR_SYNC_ABORTED', 'the sync was stopped'));
    this.#peers.clear();
    this.#update();
    await this.#sending;
    if (this.#sent === 'null' || this.#uses > 0) return;
    // Others need not wait until this client expires. If it fails, they do.
    const farewell = new AbortController();
    const cancel = startTimer(() => farewell.abort(), FAREWELL_MS);
    await this.#options.send(this.#message('null'), farewell.signal).catch(() => {});
    cancel();
    this.#sent = 'null';
    this.#sendIn(0); // It may have been started again meanwhile.
  }

  #sendIn(delayMs: number): void {
    this.#cancelSend();
    if (this.#uses === 0 || this.#sending !== undefined) return;
    if (this.#state === 'null' && this.#sent === 'null') return;
    const leastMs = this.#sentAt + GAP_MS - performance.now();
    this.#cancelSend = startTimer(
      () => {
        const { signal } = this.#stopping;
        this.#sending = this.#send(signal).then((nextMs) => {
          this.#sending = undefined;
          if (nextMs !== undefined) this.#sendIn(nextMs);
          this.#update();
        });
      },
      Math.max(delayMs, leastMs, 0),
    );
  }

  /** @returns in how many milliseconds to send again; undefined if not by itself. */
  async #send(signal: AbortSignal): Promise<number | undefined> {
    const state = this.#state;
    this.#sentAt = performance.now();
    this.#sent = undefined;
    try {
      this.#id = await this.#options.send(this.#message(state), signal);
      this.#sent = state;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (isRefusal(error)) {
        this.#options.onError(error);
        if (state === this.#state) return undefined;
      }
    }
    return state === this.#state ? PRESENCE.renewMs : 0;
  }

  #message(state: string): string {
    return `{"client":"${this.#client}","state":${state}}`;
  }

  /** Tells the listeners about the others, if they have changed. */
  #update(): void {
    // Which of them is this client is known when the first answer is here.
    if (this.#id === undefined && this.#sending !== undefined) return;
    const others = [...this.#peers.values()].filter(({ id }) => id !== this.#id);
    const before = this.#others;
    if (others.length === before.length && others.every((peer, i) => peer === before[i])) return;
    this.#others = others.length === 0 ? NOBODY : others;
    this.#listeners.emit(this.#others);
  }
}

/** Whether the server would refuse the message again. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof CrrSyncError)) return true;
  const { status = 0 } = error;
  return status >= 400 && status < 500 && status !== 429;
}

const stateError = (found: string) =>
  new CrrUsageError('CRR_USAGE_OPTION', `presence.set(): the state ${found}`);
