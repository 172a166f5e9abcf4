/** Installed databases, for one simulation after the other. */
import { type EngineName, openDatabase, type SimulatedDatabase } from './engines.js';
import type { Plan } from './plan.js';
import { SCHEMAS, type SchemaName } from './schema.js';

const isRare = (engine: EngineName) => engine === 'sqlite-wasm' || engine === 'sqld';

type Kind = `${SchemaName} ${EngineName}`;

export class DatabasePool {
  readonly #all = new Map<Kind, SimulatedDatabase[]>();
  readonly #free = new Map<Kind, SimulatedDatabase[]>();

  /** Opens what these plans need: before the tests of a file, so that they stay open for all of them. */
  async fill(plans: readonly Plan[]): Promise<void> {
    for (const plan of plans) {
      await this.reset();
      const joining = plan.steps.flatMap(({ joins }) => joins ?? []);
      for (const { engine } of [...plan.sites, ...joining]) {
        if (!isRare(engine)) await this.take(plan.schema, engine);
      }
      // The site that is compared with others in the end.
      await this.take(plan.schema, 'libsql');
    }
    await this.reset();
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

  /** Every database is free again. Those of engines that few simulations have are closed. */
  async reset(): Promise<void> {
    for (const [kind, databases] of this.#all) {
      if (isRare(kind.split(' ')[1] as EngineName)) {
        for (const database of databases) await database.close();
        this.#all.delete(kind);
      }
      this.#free.set(kind, [...(this.#all.get(kind) ?? [])].reverse());
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all.values()].flat().map((database) => database.close()));
  }
}
