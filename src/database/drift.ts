import { CrrDatabaseError } from '../errors.js';
import type { CrrSchema } from '../model/schema.js';
import { STATE_TABLE, tableOfTrigger } from '../sql/names.js';
import { statement } from '../sql/statement.js';
import { triggerDifferences } from '../tables/differences.js';
import { tableTriggers } from '../tables/install.js';
import type { Connection } from './connection.js';

/**
 * Looks once whether the triggers are those that the schema asks for, before the first write: without
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
    this.#looking ??= this.#look();
    try {
      await this.#looking;
      this.#done = true;
    } finally {
      // What is wrong may be mended before the next use.
      this.#looking = undefined;
    }
  }

  /** Says that the database was brought in order just now. */
  trust(): void {
    this.#done = true;
  }

  async #look(): Promise<void> {
    const [rows] = await this.connection.batch(
      [
        statement(
          `SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND instr(name, '__crr_on_') > 0 OR name = '${STATE_TABLE}'`,
        ),
      ],
      'read',
    );
    const actual = new Map<string, Map<string, string>>();
    let installed = false;
    for (const row of rows!) {
      const [name, sql] = Array.from(row, String) as [string, string];
      const table = tableOfTrigger(name);
      if (name === STATE_TABLE) installed = true;
      if (table === undefined) continue;
      actual.set(table, (actual.get(table) ?? new Map<string, string>()).set(name, sql));
    }
    if (!installed) {
      throw new CrrDatabaseError(
        'CRR_DATABASE_NOT_INSTALLED',
        `the database has no table ${STATE_TABLE}: run the migrations that drizzle-crr generate wrote, or call db.$crr.install() once after your own`,
      );
    }
    const found = [...this.schema.tables.values()].flatMap((spec) => {
      const expected = new Map(tableTriggers(spec).map(({ name, sql }) => [name, sql]));
      return triggerDifferences(actual.get(spec.name) ?? new Map(), spec, expected);
    });
    if (found.length === 0) return;
    // What is missing or too much tells more than the texts that differ because of it.
    found.sort(
      (a, b) => Number(a.kind === 'trigger-outdated') - Number(b.kind === 'trigger-outdated'),
    );
    const tables = [...new Set(found.map(({ table }) => `"${table}"`))].join(', ');
    throw new CrrDatabaseError(
      'CRR_DATABASE_DRIFT',
      `the triggers of ${tables} are not those of this schema, so writes would not reach other sites: ${listed(found.map(({ message }) => message))}. Run the migrations that drizzle-crr generate writes, or db.$crr.install(); drizzle-crr check tells more`,
    );
  }
}

const SHOWN = 5;
function listed(messages: readonly string[]): string {
  const rest = messages.length - SHOWN;
  const shown = messages.slice(0, SHOWN).join('; ');
  return rest > 0 ? `${shown}; and ${rest} more` : shown;
}
