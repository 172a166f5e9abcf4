import { CrrDatabaseError } from '../errors.js';
import type { CrrSchema } from '../model/schema.js';
import { STATE_TABLE, tableOfTrigger } from '../sql/names.js';
import { isPrinted } from '../sql/same-sql.js';
import { type Query, statement } from '../sql/statement.js';
import { triggerDifferences } from '../tables/differences.js';
import { SELECT_TRIGGERS } from '../tables/schema-objects.js';
import { TriggerOrder } from '../tables/trigger-order.js';
import type { Connection, SyncConnection } from './connection.js';
import { lookAtFormat } from './format.js';
import { type Look, take, takeNow } from './run.js';

/**
 * Checks once, before the first write, that the database has the triggers of the schema. Without
 * them a write would be lost to every other site, silently. A plain `drizzle-kit push` or a rebuilt
 * table drops them. One query; none for plain reads.
 */
export class DriftCheck {
  #looking: Promise<void> | undefined;
  #done: boolean;

  constructor(
    readonly connection: Connection,
    readonly schema: CrrSchema,
    enabled = true,
  ) {
    this.#done = !enabled;
  }

  /** Whether there is nothing left to look at, so that a caller need not wait. */
  get isDone(): boolean {
    return this.#done;
  }

  /** @throws {CrrDatabaseError} CRR_DATABASE_NOT_INSTALLED or CRR_DATABASE_DRIFT. */
  async pass(): Promise<void> {
    if (this.#done) return;
    this.#looking ??= take(this.connection, this.#look());
    try {
      await this.#looking;
      this.#done = true;
    } finally {
      // The fault may be repaired before the next use.
      this.#looking = undefined;
    }
  }

  /** {@link pass} on an engine that answers at once. */
  passNow(connection: SyncConnection): void {
    if (this.#done) return;
    takeNow(connection, this.#look());
    this.#done = true;
  }

  /** The database was brought in order just now: there is nothing to look at. */
  trust(): void {
    this.#done = true;
  }

  /**
   * Runs it. If the database lacks a table or column, it may have been migrated meanwhile, or not yet: then that
   * is the error.
   */
  async explaining<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (/no such (column|table)|has no column named/.test(String(error)))
        await take(this.connection, this.#look());
      throw error;
    }
  }

  *#look(): Look {
    const triggers = new Map<string, Map<string, string>>();
    const order = new TriggerOrder();
    let hasBookkeeping = false;
    const look: Query = {
      ...statement(SELECT_TRIGGERS),
      read(rows) {
        for (const row of rows) {
          const [name, owner, sql] = Array.from(row, String) as [string, string, string];
          if (name === STATE_TABLE) hasBookkeeping = true;
          order.add(name, owner, sql);
          const table = tableOfTrigger(name);
          if (table === undefined) continue;
          triggers.set(table, (triggers.get(table) ?? new Map<string, string>()).set(name, sql));
        }
      },
    };
    yield [look];
    if (!hasBookkeeping) {
      throw new CrrDatabaseError(
        'CRR_DATABASE_NOT_INSTALLED',
        `the database has no table ${STATE_TABLE}: run the migrations that drizzle-crr generate wrote, or call db.$crr.install() once after your own`,
      );
    }
    const found = [...this.schema.tables.values()].flatMap((spec) =>
      triggerDifferences(triggers.get(spec.name) ?? new Map(), spec, order.lateIn(spec.name)),
    );
    const hasPrinted = [...triggers.values()].some((texts) => [...texts.values()].some(isPrinted));
    // The written text of every trigger contains its format, so triggers of another format are among those found.
    if (found.length > 0 || hasPrinted) yield* lookAtFormat();
    if (found.length === 0) return;
    // A missing or additional object explains more than the texts that differ because of it.
    found.sort(
      (a, b) => Number(a.kind === 'trigger-outdated') - Number(b.kind === 'trigger-outdated'),
    );
    const tables = [...new Set(found.map(({ table }) => `"${table}"`))].join(', ');
    throw new CrrDatabaseError(
      'CRR_DATABASE_DRIFT',
      `the triggers of ${tables} are not those of this schema, so writes would not reach other sites: ${listed(found.map(({ message }) => message))}. Run the migrations that drizzle-crr generate writes, or db.$crr.install(); drizzle-crr check lists everything`,
    );
  }
}

const SHOWN = 5;
function listed(messages: readonly string[]): string {
  const rest = messages.length - SHOWN;
  const shown = messages.slice(0, SHOWN).join('; ');
  return rest > 0 ? `${shown}; and ${rest} more` : shown;
}
