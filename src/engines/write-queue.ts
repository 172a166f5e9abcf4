import { busyError, type Patience } from './busy.js';

interface Waiter {
  readonly enter: () => void;
}

/** Lets one writer in at a time, in the order in which they came. */
export class WriteQueue {
  #isTaken = false;
  readonly #waiters = new Set<Waiter>();

  /**
   * Resolves when it is the caller's turn, with the function that ends the turn. It may be called twice.
   *
   * @throws {CrrDatabaseError} CRR_DATABASE_BUSY if the turn does not come in time.
   */
  async enter(patience: Patience): Promise<() => void> {
    if (this.#isTaken) await this.#wait(patience);
    this.#isTaken = true;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#leave();
    };
  }

  #wait(patience: Patience): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(busyError(undefined, patience.ms));
      }, patience.left);
      const waiter: Waiter = {
        enter: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** The place stays taken if somebody waits, so that nobody else can step in. */
  #leave(): void {
    const [next] = this.#waiters;
    if (next === undefined) {
      this.#isTaken = false;
      return;
    }
    this.#waiters.delete(next);
    next.enter();
  }
}
