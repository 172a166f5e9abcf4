/** Functions that are called with every event. One that throws stops neither the others nor the caller. */
export class Listeners<Event> {
  readonly #listeners = new Set<(event: Event) => unknown>();

  /** @param onError is called with what a listener throws, or rejects with if it is async. */
  constructor(readonly onError: (error: unknown) => void) {}

  /** Adds a listener and returns the function that removes it. */
  add(listener: (event: Event) => unknown): () => void {
    // A function of its own, so that removing one does not remove the same listener added twice.
    const added = (event: Event) => listener(event);
    this.#listeners.add(added);
    return () => {
      this.#listeners.delete(added);
    };
  }

  emit(event: Event): void {
    for (const listener of [...this.#listeners]) {
      try {
        const result = listener(event);
        if (result instanceof Promise) result.catch(this.onError);
      } catch (error) {
        this.onError(error);
      }
    }
  }
}
