/** Installed databases, for one simulation after the other. */
import { type EngineName, openDatabase, type SimulatedDatabase } from './engines.js';
import { MOST_SITES } from './plan.js';
import { SCHEMAS, type SchemaName } from './schema.js';

type Kind = `${SchemaName} ${EngineName}`;

export class DatabasePool {
  readonly #all = new Map<Kind, SimulatedDatabase[]>();
  readonly #free = new Map<Kind, SimulatedDatabase[]>();

  /**
   * Opens as many as a simulation may have at a time: before the tests of a file, so that they stay open for all of them.
   * The engines that few simulations have are opened when they are needed.
   */
  async fill(): Promise<void> {
    for (const schema of ['many', 'few'] as const) {
      for (let i = 0; i < MOST_SITES + 1; i++) {
        for (const engine of ['libsql', 'better-sqlite3'] as const) await this.take(schema, engine);
      }
    }
    this.reset();
  }

  async take(schema: SchemaName, engine: EngineName): Promise<SimulatedDatabase> {
    const kind: Kind = `${schema} ${engine}`;
    const free = this.#free.get(kind)?.pop();
    if (free !== undefined) return free;
    const database = await openDatabase(engine, SCHEMAS[schema]);
    this.#all.set(kind, [...(this.#all.get(kind) ?? []), database]);
    return database;
  }

  giveBack(schema: SchemaName, engine: EngineName, database: SimulatedDatabase): void {
    const kind: Kind = `${schema} ${engine}`;
    this.#free.set(kind, [...(this.#free.get(kind) ?? []), database]);
  }

  /** Every database is free again. */
  reset(): void {
    for (const [kind, databases] of this.#all) this.#free.set(kind, [...databases].reverse());
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all.values()].flat().map((database) => database.close()));
  }
}
