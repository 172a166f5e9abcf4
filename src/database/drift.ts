import { CrrDatabaseError } from '../errors.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import { STATE_TABLE } from '../sql/names.js';
import type { Difference } from '../tables/difference.js';
import type { Connection, SyncConnection } from './connection.js';
import { isStale, messages } from './database-errors.js';
import { lookAtFormat } from './format.js';
import { FoundParts } from './found-parts.js';
import {
  declaredSchema,
  newerSchema,
  type PresentSchema,
  presentSpec,
  unknownColumns,
} from './present-schema.js';
import { type Look, take, takeNow } from './run.js';

/**
 * Checks once, before the first write, that the database has the triggers of the schema. Without
 * them a write would be lost to every other site, silently. A plain `drizzle-kit push` or a rebuilt
 * table drops them. One round trip; none for plain reads.
 *
 * A database whose CRRs were those of the schema before, and are others now, is in order: a migration has
 * changed it while this process goes on.
 */
export class DriftCheck {
  #looking: Promise<PresentSchema> | undefined;
  #present: PresentSchema | undefined;
  #making: Promise<PresentSchema> | undefined;
  readonly #isEnabled: boolean;

  constructor(
    readonly connection: Connection,
    readonly schema: CrrSchema,
    enabled = true,
  ) {
    this.#isEnabled = enabled;
    if (!enabled) this.#present = declaredSchema(schema);
  }

  /** Whether there is nothing left to look at, so that a caller need not wait. */
  get isDone(): boolean {
    return this.#present !== undefined;
  }

  /**
   * The CRRs as they are in the database.
   *
   * @throws {CrrDatabaseError} CRR_DATABASE_NOT_INSTALLED or CRR_DATABASE_DRIFT.
   */
  async pass(): Promise<PresentSchema> {
    if (this.#present !== undefined) return this.#present;
    this.#looking ??= take(this.connection, this.#look());
    try {
      this.#present = await this.#looking;
      return this.#present;
    } finally {
      // The fault may be repaired before the next use.
      this.#looking = undefined;
    }
  }

  /** {@link pass} on an engine that answers at once. */
  passNow(connection: SyncConnection): void {
    this.#present ??= takeNow(connection, this.#look());
  }

  /** {@link pass}, with everything that merging needs. */
  async passMerging(): Promise<PresentSchema> {
    for (let attempt = 1; ; attempt++) {
      const present = await this.pass();
      if (present.merging === 'ready') return present;
      this.#making ??= this.#makeReady(present);
      try {
        return await this.#making;
      } catch (error) {
        if (!isStale(error) || attempt === MAX_ATTEMPTS) throw error;
        this.forget();
      } finally {
        // Somebody may drop it again.
        this.#making = undefined;
      }
    }
  }

  async #makeReady(present: PresentSchema): Promise<PresentSchema> {
    const { makeReady } = await import('./merging-parts.js');
    const ready = await makeReady(this.connection, present);
    if (this.#present === present) this.#present = ready;
    return ready;
  }

  /** The CRRs are known from elsewhere. */
  accept(present: PresentSchema): void {
    if (this.#isEnabled) this.#present = present;
  }

  /** The database may have changed: it is looked at again before the next use. */
  forget(): void {
    if (this.#isEnabled) this.#present = undefined;
  }

  /**
   * If an error is about a name that the database lacks, it may have been migrated meanwhile, or not yet: then the
   * error that explains it; otherwise the same.
   */
  async explain(error: unknown): Promise<unknown> {
    if (isExplained(error) || !MISSING.test(messages(error))) return error;
    const before = this.#present;
    let now: PresentSchema;
    try {
      now = await take(this.connection, this.#look());
    } catch (found) {
      return found instanceof CrrDatabaseError ? found : error;
    }
    const isOther = now.version !== before?.version;
    if (this.#isEnabled && isOther) this.#present = now;
    // What only merging needs may be gone, too.
    else if (before !== undefined) this.#present = { ...before, merging: now.merging };
    return now.isNewer ? newerSchema('a table or column that it uses is gone', error) : error;
  }

  /** Runs it. An error is explained as by {@link explain}. */
  async explaining<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw await this.explain(error);
    }
  }

  /**
   * Runs it with the CRRs as they are in the database. If they were others when it ran, it is run again:
   * a migration may come between.
   *
   * @param pass {@link passMerging} for a merge.
   */
  async withPresent<T>(
    action: (present: PresentSchema) => Promise<T | typeof OTHER_SCHEMA>,
    pass = () => this.pass(),
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const present = await pass();
      let result: T | typeof OTHER_SCHEMA;
      try {
        result = await action(present);
      } catch (error) {
        const explained = await this.explain(error);
        const now = await this.pass();
        const mayLack = attempt === 1 && present.merging === 'ready' && now.merging !== 'ready';
        const isSame = now.version === present.version && !mayLack;
        if (isSame || attempt === MAX_ATTEMPTS) throw explained;
        continue;
      }
      if (result !== OTHER_SCHEMA) return result;
      this.forget();
      if (attempt === MAX_ATTEMPTS) throw newerSchema('it is changing all the time');
    }
  }

  *#look(): Look<PresentSchema> {
    const found = new FoundParts();
    try {
      yield found.queries();
    } catch (error) {
      if (!MISSING.test(messages(error))) throw error;
      yield [found.objects()];
      if (!found.hasBookkeeping) throw notInstalled();
      yield* lookAtFormat();
      throw error;
    }
    const tables = new Map<string, TableSpec>();
    const unknown = new Map<string, ReadonlySet<string>>();
    const gone = new Map<string, string>();
    let isNewer = false;
    const differences = [...this.schema.tables.values()].flatMap((own) => {
      const reason = found.whyGone(own.name);
      const present = reason ?? presentSpec(own, found.specs.get(own.name));
      if (present !== own) isNewer = true;
      if (typeof present === 'string') {
        gone.set(own.name, present);
        return [];
      }
      tables.set(own.name, present);
      const columns = unknownColumns(own, present);
      if (columns.size > 0) unknown.set(own.name, columns);
      return found.differences(present);
    });
    // The written text of every trigger contains its format, so triggers of another format are among those found.
    if (differences.length > 0 || found.hasPrinted) yield* lookAtFormat();
    if (differences.length > 0) throw drift(differences);
    return {
      schema: { tables, plainTables: this.schema.plainTables },
      version: found.version,
      isNewer,
      unknownColumns: unknown,
      gone,
      waiting: found.waiting,
      merging: found.merging,
    };
  }
}

function drift(found: Difference[]): CrrDatabaseError {
  // A missing or additional object explains more than the texts that differ because of it.
  found.sort(
    (a, b) => Number(a.kind === 'trigger-outdated') - Number(b.kind === 'trigger-outdated'),
  );
  const tables = [...new Set(found.map(({ table }) => `"${table}"`))].join(', ');
  return new CrrDatabaseError(
    'CRR_DATABASE_DRIFT',
    `the triggers of ${tables} are not those of this schema, so writes would not reach other sites: ${listed(found.map(({ message }) => message))}. Run the migrations that drizzle-crr generate writes, or db.$crr.install(); drizzle-crr check lists everything`,
  );
}

const isExplained = (error: unknown) =>
  error instanceof CrrDatabaseError &&
  ['CRR_DATABASE_NEWER_SCHEMA', 'CRR_DATABASE_DRIFT'].includes(error.code);

/** The CRRs were others when it ran. */
export const OTHER_SCHEMA: unique symbol = Symbol('other schema');

const MISSING = /no such (column|table)|has no column named/;
const MAX_ATTEMPTS = 4;

function notInstalled(): CrrDatabaseError {
  return new CrrDatabaseError(
    'CRR_DATABASE_NOT_INSTALLED',
    `the database has no table ${STATE_TABLE}: run the migrations that drizzle-crr generate wrote (in a browser: give openSharedDatabase() those of drizzle-crr bundle); without such migrations, call db.$crr.install() after creating the tables`,
  );
}

const SHOWN = 5;
function listed(messages: readonly string[]): string {
  const rest = messages.length - SHOWN;
  const shown = messages.slice(0, SHOWN).join('; ');
  return rest > 0 ? `${shown}; and ${rest} more` : shown;
}
