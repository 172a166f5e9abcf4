/** Items of which some make an attempt fail. */
export interface Sifted<T> {
  /** Items that fail, each with the reason. */
  readonly faulty: ReadonlyMap<T, string>;
  /** Items that were not looked at any further, because it took too many attempts. */
  readonly undecided: readonly T[];
}

/** Returns why an attempt with these items fails, or undefined. */
export type Attempt<T> = (
  items: readonly T[],
  faulty: ReadonlyMap<T, string>,
) => Promise<string | undefined>;

/**
 * Finds the items without which an attempt succeeds. Those that fail alone are found by halving; then the later
 * ones of those that only fail together.
 *
 * @param mostAttempts about how many attempts are made.
 */
export async function siftFaulty<T>(
  items: readonly T[],
  attempt: Attempt<T>,
  mostAttempts: number,
): Promise<Sifted<T>> {
  const sieve = new Sieve(attempt, mostAttempts);
  await sieve.halve(items);
  await sieve.together(items);
  return sieve;
}

/**
 * Takes back what was said of items that fail alone, but not together with all that are fine: such as a row that refers to
 * another new one.
 *
 * @param items all of them, in the order in which they are attempted.
 * @param mostAttempts about how many attempts are made.
 * @returns those that remain faulty.
 */
export async function acquit<T>(
  items: readonly T[],
  faulty: ReadonlyMap<T, string>,
  attempt: Attempt<T>,
  mostAttempts: number,
): Promise<ReadonlyMap<T, string>> {
  const left = new Map(faulty);
  let attempts = 0;
  for (let found = true; found; ) {
    found = false;
    for (const item of [...left.keys()]) {
      if (attempts++ >= mostAttempts) return left;
      const together = items.filter((other) => other === item || !left.has(other));
      if ((await attempt(together, left)) !== undefined) continue;
      left.delete(item);
      found = true;
    }
  }
  return left;
}

class Sieve<T> implements Sifted<T> {
  readonly faulty = new Map<T, string>();
  readonly undecided: T[] = [];
  #attempts = 0;

  constructor(
    readonly attempt: Attempt<T>,
    readonly mostAttempts: number,
  ) {}

  async halve(items: readonly T[]): Promise<void> {
    if (items.length === 0) return;
    if (this.#isSpent) {
      this.undecided.push(...items);
      return;
    }
    const reason = await this.#try(items);
    if (reason === undefined) return;
    if (items.length === 1) {
      this.faulty.set(items[0]!, reason);
      return;
    }
    const middle = Math.ceil(items.length / 2);
    await this.halve(items.slice(0, middle));
    await this.halve(items.slice(middle));
  }

  async together(items: readonly T[]): Promise<void> {
    // If nothing failed alone, the last attempt was with all of them.
    while (this.undecided.length === 0 && this.#attempts > 1) {
      const rest = items.filter((item) => !this.faulty.has(item));
      let reason = rest.length === 0 ? undefined : await this.#try(rest);
      if (reason === undefined) return;
      if (this.#isSpent) {
        this.undecided.push(...rest);
        return;
      }
      // The first `passes` items succeed, the first `fails` do not.
      let [passes, fails] = [0, rest.length];
      while (fails - passes > 1) {
        const middle = Math.floor((passes + fails) / 2);
        const found = await this.#try(rest.slice(0, middle));
        if (found === undefined) passes = middle;
        else [fails, reason] = [middle, found];
      }
      this.faulty.set(rest[fails - 1]!, reason);
    }
  }

  get #isSpent(): boolean {
    return this.#attempts >= this.mostAttempts;
  }

  #try(items: readonly T[]): Promise<string | undefined> {
    this.#attempts++;
    return this.attempt(items, this.faulty);
  }
}
