import { CrrDatabaseError } from '../errors.js';

/** How long a busy database is waited for unless the application decides, in milliseconds. */
export const DEFAULT_BUSY_TIMEOUT = 5_000;

/** The greatest limit of a delay between two attempts, in milliseconds. It doubles from 2 ms on. */
const MAX_DELAY_MS = 64;

/** Whether a statement failed because somebody else has the database, so that it can be tried again. */
export function isBusy(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(code);
}

/** How long an operation waits: since when, and until when it tries again. */
export class Patience {
  readonly #from = performance.now();
  #attempts = 0;

  constructor(readonly ms: number) {}

  get left(): number {
    return Math.max(0, this.#from + this.ms - performance.now());
  }

  /**
   * Waits before the next attempt. The delay is random, so that writers do not meet again.
   *
   * @throws {CrrDatabaseError} CRR_DATABASE_BUSY when the time is over.
   */
  async beforeNext(cause: unknown): Promise<void> {
    const { left } = this;
    if (left === 0) throw busyError(cause, this.ms);
    const limit = Math.min(MAX_DELAY_MS, 2 ** Math.min(++this.#attempts, 30));
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, Math.random() * limit)));
  }
}

/** @param ms how long it was waited for; undefined if it could not be waited for. */
export function busyError(cause?: unknown, ms?: number): CrrDatabaseError {
  const time = ms === undefined ? '' : ` for ${ms} ms`;
  return new CrrDatabaseError(
    'CRR_DATABASE_BUSY',
    `the database was locked${time} by another transaction of this process or by another process: try again, and keep transactions short; inside a transaction use tx, not db`,
    { cause },
  );
}
