/** Installed databases, for one simulation after the other. */
import { RecycledDatabase } from '../constraints/recycled.js';
import { simulated, TRIGGERS } from './schema.js';

export class DatabasePool {
  readonly #all: RecycledDatabase[] = [];
  #free: RecycledDatabase[] = [];

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
