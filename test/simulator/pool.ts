/** Installed databases, for one simulation after the other. */
import { RecycledDatabase } from '../constraints/recycled.js';
import { MOST_SITES } from './plan.js';
import { simulated, TRIGGERS } from './schema.js';

export class DatabasePool {
  readonly #all: RecycledDatabase[] = [];
  #free: RecycledDatabase[] = [];

  /** Opens as many as a simulation may have at a time: before the tests of a file, so that they stay open for all of them. */
  async fill(): Promise<void> {
    for (let i = 0; i < MOST_SITES + 1; i++) await this.take();
    this.reset();
  }

  async take(): Promise<RecycledDatabase> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const database = await RecycledDatabase.open(simulated, TRIGGERS);
    this.#all.push(database);
    return database;
  }

  giveBack(database: RecycledDatabase): void {
    this.#free.push(database);
  }

  /** Every database is free again. */
  reset(): void {
    this.#free = [...this.#all].reverse();
  }

  close(): void {
    for (const database of this.#all) database.close();
  }
}
