/** A time that passes only when a test says so, for delays in a {@link TestNetwork}. */
export class TestClock {
  #now = 0;
  #sleepers: { readonly due: number; readonly wake: () => void }[] = [];

  /** Milliseconds since the clock was made. */
  get now(): number {
    return this.#now;
  }

  /** How many are waiting for the time to pass. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Resolves when so many milliseconds have passed, or when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.wake !== wake);
        resolve();
      };
      signal?.addEventListener('abort', wake, { once: true });
      this.#sleepers.push({ due: this.#now + ms, wake });
    });
  }

  /**
   * Lets time pass, and wakes those who are due in the order of their times. Others get their turn between two, so
   * that what one of them does is done before the next wakes.
   */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await turn();
      const next = this.#next();
      if (next === undefined || next.due > until) break;
      this.#now = next.due;
      next.wake();
    }
    this.#now = until;
  }

  /** Lets time pass until the next one who sleeps is due. Without one, only gives others their turn. */
  async advanceToNext(): Promise<void> {
    await turn();
    const next = this.#next();
    if (next !== undefined) await this.advance(next.due - this.#now);
  }

  #next() {
    let next = this.#sleepers[0];
    for (const sleeper of this.#sleepers) if (sleeper.due < next!.due) next = sleeper;
    return next;
  }
}

/** Lets what is ready run, including answers of a database in another thread. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve));
