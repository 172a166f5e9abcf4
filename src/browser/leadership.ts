import { startTimer } from '../live/timer.js';
import { type BrowserWorker, browser, names } from './platform.js';
import { WatchedWorker } from './watched-worker.js';

/** After a worker did not start, this tab queues again so much later. */
const RETRY_MS = 5_000;

export interface LeadershipOptions {
  readonly database: string;
  readonly busyTimeout: number;
  /** How long the worker may take until it has begun to open the database, in milliseconds. */
  readonly startTimeout: number;
  readonly startWorker: () => BrowserWorker;
  readonly onChange: (isLeader: boolean) => void;
  /** Called if the worker did not start or open the database, and no other tab waits for its turn. */
  readonly onFailure: (error: unknown) => void;
  /** This tab is shown again. */
  readonly onReturn: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Whether this tab leads: one tab of all has the lock, and the worker with the database. A tab that is frozen or put aside
 * by the browser gives both up, and queues again when it is back. If it is closed or killed, the browser
 * takes them.
 */
export class Leadership {
  readonly #listeners: readonly (readonly [string, () => void])[];
  #queue: AbortController | undefined;
  #resign = () => {};
  #worker: WatchedWorker | undefined;
  #isLeader = false;
  #hasOpened = false;
  #isClosed = false;

  constructor(readonly options: LeadershipOptions) {
    this.#listeners = [
      ['freeze', () => this.leave()],
      ['resume', () => this.#return()],
      ['pagehide', () => this.leave()],
      ['pageshow', () => this.#return()],
    ];
    for (const [type, listener] of this.#listeners) targetOf(type).addEventListener(type, listener);
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  /** A worker has begun to open the database. */
  started(): void {
    this.#worker?.started();
  }

  /** A worker has opened the database. */
  opened(): void {
    this.#hasOpened = true;
  }

  /** The worker of the leading tab did not start, or cannot open the database: the next tab tries. */
  fail(error: unknown): void {
    if (!this.#isLeader || this.#hasOpened) return;
    this.leave();
    void this.#reportFailure(error);
  }

  async #reportFailure(error: unknown): Promise<void> {
    const { database, onFailure } = this.options;
    startTimer(() => this.#isClosed || this.join(), RETRY_MS);
    const { pending = [] } = await browser.navigator.locks!.query();
    if (pending.some(({ name }) => name === names(database).leader)) return;
    onFailure(error);
  }

  #return(): void {
    this.join();
    this.options.onReturn();
  }

  /** Queues for the lock. */
  join(): void {
    if (this.#queue !== undefined) return;
    const queue = new AbortController();
    this.#queue = queue;
    browser.navigator
      .locks!.request(names(this.options.database).leader, { signal: queue.signal }, () =>
        this.#lead(queue.signal),
      )
      .catch((error: unknown) => {
        if (!queue.signal.aborted) this.options.onError(error);
      });
  }

  /** Ends the worker and gives up the lock, or the place in the queue, before it returns. */
  leave(): void {
    this.#queue?.abort();
    this.#queue = undefined;
    this.#resign();
  }

  close(): void {
    this.#isClosed = true;
    for (const [type, listener] of this.#listeners) {
      targetOf(type).removeEventListener(type, listener);
    }
    this.leave();
  }

  #lead(signal: AbortSignal): Promise<void> {
    const { database, busyTimeout, startTimeout, startWorker, onChange } = this.options;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return resolve();
      this.#hasOpened = false;
      let worker: WatchedWorker;
      try {
        worker = new WatchedWorker(startWorker, startTimeout, (error) => {
          this.options.onError(error);
          this.fail(error);
        });
      } catch (error) {
        void this.#reportFailure(error);
        return reject(error);
      }
      this.#worker = worker;
      worker.open({ drizzleCrr: 'open', database, busyTimeout });
      this.#isLeader = true;
      this.#resign = () => {
        this.#resign = () => {};
        this.#isLeader = false;
        worker.end();
        resolve();
        onChange(false);
      };
      onChange(true);
    });
  }
}

/** Freezing is an event of the document, hiding one of the window. */
const targetOf = (type: string) =>
  (/^(?:freeze|resume)$/.test(type) && browser.document) || browser;
