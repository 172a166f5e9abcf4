/** Installed databases, for one simulation after the other. */
import { RecycledDatabase } from '../constraints/recycled.js';
import { MOST_SITES } from './plan.js';
import { SCHEMAS, type SchemaName, TRIGGERS } from './schema.js';

export class DatabasePool {
  readonly #all: Record<SchemaName, RecycledDatabase[]> = { many: [], few: [] };
  readonly #free: Record<SchemaName, RecycledDatabase[]> = { many: [], few: [] };

  /** Opens as many as a simulation may have at a time: before the tests of a file, so that they stay open for all of them. */
  async fill(): Promise<void> {
    for (const schema of ['many', 'few'] as const) {
      for (let i = 0; i < MOST_SITES + 1; i++) await this.take(schema);
    }
    this.reset();
  }

  async take(schema: SchemaName): Promise<RecycledDatabase> {
    const free = this.#free[schema].pop();
    if (free !== undefined) return free;
    const database = await RecycledDatabase.open(SCHEMAS[schema], TRIGGERS);
    this.#all[schema].push(database);
    return database;
  }

  giveBack(schema: SchemaName, database: RecycledDatabase): void {
    this.#free[schema].push(database);
  }

  /** Every database is free again. */
  reset(): void {
    for (const schema of ['many', 'few'] as const) {
      this.#free[schema] = [...this.#all[schema]].reverse();
    }
  }

  close(): void {
    for (const database of Object.values(this.#all).flat()) database.close();
  }
}
