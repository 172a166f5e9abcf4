import { CrrUsageError } from '../errors.js';
import { startTimer } from '../live/timer.js';
import type { OpenMessage } from './messages.js';
import type { BrowserWorker } from './platform.js';

/** The worker of the leading tab: if it fails, or never begins to open the database, that is reported. */
export class WatchedWorker {
  readonly #worker: BrowserWorker;
  readonly #stopTimer: () => void;

  /** @param timeout until it has begun, in milliseconds. */
  constructor(start: () => BrowserWorker, timeout: number, onFailure: (error: unknown) => void) {
    this.#worker = start();
    const fail = (reason?: string) => onFailure(workerError(reason));
    this.#worker.onerror = (event: { readonly message?: string }) => fail(event.message);
    const silent = `serveDatabase() was not called within ${timeout} ms`;
    this.#stopTimer = startTimer(() => fail(silent), timeout);
  }

  open(message: OpenMessage): void {
    this.#worker.postMessage(message);
  }

  /** It has begun. */
  started(): void {
    this.#stopTimer();
  }

  end(): void {
    this.#stopTimer();
    this.#worker.terminate();
  }
}

/** A script that is not found gives no message. */
const workerError = (message = '') =>
  new CrrUsageError(
    'CRR_USAGE_DRIVER',
    `the worker of the shared database failed (${message || 'its script cannot be loaded'}): worker has to start a module that calls serveDatabase()`,
  );
