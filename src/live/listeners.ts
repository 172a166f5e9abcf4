/** Calls a set of functions with each event. If one throws, the others and the caller still go on. */
export class Listeners<Event> {
  readonly #listeners = new Set<(event: Event) => unknown>();

  /** @param onError is called with whatever a listener throws, or rejects with if it is async. */
  constructor(readonly onError: (error: unknown) => void) {}

  get size(): number {
    return this.#listeners.size;
  }

  /** Adds a listener and returns the function that removes it. */
  add(listener: (event: Event) => unknown): () => void {
    // Wrapped, so that a listener that was added twice can be removed once.
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
