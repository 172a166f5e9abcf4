import { type Column, is, type SQL, sql } from 'drizzle-orm';
import { SQLiteSelectBase } from 'drizzle-orm/sqlite-core';
import { CrrCore } from '../database/crr.js';
import { explained } from '../database/database-errors.js';
import type { DriftCheck } from '../database/drift.js';
import { optionsOf, refuseUnknownOptions, requireVersion } from '../database/options.js';
import { clientOf, libsqlConnection } from '../engines/libsql.js';
import { CrrUsageError } from '../errors.js';
import type { SqlValue } from '../model/value.js';
import { readSchema } from '../schema/read-schema.js';
import { type Statement, statement } from '../sql/statement.js';
import { PIN_SQL, UNPIN_SQL } from '../tables/bookkeeping.js';
import { BRAND, type CrrDatabase } from './crr-database.js';
import { DrizzleCrr } from './drizzle-crr.js';
import { guardedSession } from './guarded-session.js';

/** Options of {@link withCrr}. */
export interface WithCrrOptions {
  /** The module that exports the tables, as for Drizzle's relational queries. */
  readonly schema: Readonly<Record<string, unknown>>;
  /**
   * How far ahead of this process's clock the writer of a column that merges by time may be, in
   * milliseconds. Changes from further ahead wait. Default: 300,000 (5 minutes).
   */
  readonly maxDrift?: number;
  /**
   * Check once, before the first write, whether the database's triggers are those of this schema.
   * One query; without it, a lost trigger silently keeps writes from other sites. Default: true.
   */
  readonly check?: boolean;
}

const OPTIONS = optionsOf<WithCrrOptions>({ schema: true, maxDrift: true, check: true });

/** What is used of a Drizzle database; structural, since the classes differ between Drizzle's lines. */
interface DrizzleDatabase {
  transaction(run: (tx: never) => Promise<unknown>, config?: never): Promise<unknown>;
  batch(items: never): Promise<unknown>;
  run(query: never): unknown;
}

/**
 * Returns the same Drizzle database with `$crr`, and with transactions and batches pinned: what one
 * of them writes shares one db_version, so it travels and is applied together. A statement outside
 * of both takes a db_version per row that it changes, which merges just as well.
 *
 * @throws {CrrSchemaError} if a table of the schema cannot be a CRR.
 * @throws {CrrUsageError} CRR_USAGE_DRIVER if `db` is not a Drizzle database on libSQL.
 * @throws {CrrDatabaseError} CRR_DATABASE_DRIFT from the first write, transaction, read or apply of
 * changes, if the database's triggers are not those of the schema.
 *
 * @example
 * const db = withCrr(drizzle(client), { schema });
 * await db.$crr.install();
 * await db.insert(todos).values({ id: 'a', title: 'write' });
 */
export function withCrr<TDatabase extends object>(
  db: TDatabase,
  options: WithCrrOptions,
): TDatabase & CrrDatabase {
  refuseUnknownOptions('withCrr()', options ?? {}, OPTIONS);
  if (typeof options?.schema !== 'object' || options.schema === null) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      'withCrr() needs { schema }: the module that exports the tables, or an object of them',
    );
  }
  const { maxDrift, check } = options;
  if (maxDrift !== undefined) requireVersion('withCrr()', 'maxDrift', maxDrift);
  const connection = libsqlConnection(clientOf(db));
  const schema = readSchema(options.schema, { columnName: columnNames(db) });
  const core = new CrrCore({ connection, schema, maxDrift, check });
  const render = (condition: SQL) => rendered(db, condition);
  return pinned(db as TDatabase & DrizzleDatabase, new DrizzleCrr(core, schema, render), core.drift);
}

/**
 * The database with its methods inherited, so that everything else is Drizzle's own. Transactions
 * and batches run Drizzle's methods with the pin's two statements around the user's.
 */
function pinned<TDatabase extends DrizzleDatabase>(
  db: TDatabase,
  $crr: DrizzleCrr,
  drift: DriftCheck,
): TDatabase & CrrDatabase {
  const transaction = async (run: (tx: DrizzleDatabase) => Promise<unknown>, config?: never) => {
    // Only the outermost transaction pins: a nested one is a savepoint in the same db_version.
    const body = async (tx: DrizzleDatabase) => {
      await explained(() => tx.run(sql.raw(PIN_SQL) as never));
      const result = await run(tx);
      await tx.run(sql.raw(UNPIN_SQL) as never);
      return result;
    };
    await drift.pass();
    return explained(() => db.transaction(body as never, config as never));
  };
  const batch = async (items: readonly object[]) => {
    if (items.every(isRead)) return db.batch(items as never);
    await drift.pass();
    const all = [db.run(sql.raw(PIN_SQL) as never), ...items, db.run(sql.raw(UNPIN_SQL) as never)];
    const results = (await explained(() => db.batch(all as never))) as unknown[];
    return results.slice(1, -1);
  };
  const session = (db as { session?: object }).session;
  return Object.create(db, {
    ...(session && { session: { value: guardedSession(session, drift), enumerable: true } }),
    $crr: { value: $crr, enumerable: true },
    [BRAND]: { value: true },
    transaction: { value: transaction, enumerable: true },
    batch: { value: batch, enumerable: true },
  });
}

/** A batch that only reads must not write a pin. */
const isRead = (item: object) => is(item, SQLiteSelectBase as never);

/** Drizzle's `casing` option, where the database has one, decides the columns' names. */
function columnNames(db: object): (column: Column) => string {
  const casing = (db as { dialect?: { casing?: { getColumnCasing?(column: Column): string } } })
    .dialect?.casing;
  return (column) => casing?.getColumnCasing?.(column) ?? column.name;
}

/** A Drizzle condition as a statement of the core. */
function rendered(db: object, condition: SQL): Statement {
  const { dialect } = db as {
    dialect: { sqlToQuery(sql: SQL): { readonly sql: string; readonly params: readonly unknown[] } };
  };
  const { sql: text, params } = dialect.sqlToQuery(condition);
  return statement(
    text,
    params.map((value): SqlValue => {
      if (typeof value === 'boolean') return value ? 1n : 0n;
      // Drivers bind JavaScript's numbers as REAL, and without a column's affinity they stay so.
      if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
      return value as SqlValue;
    }),
  );
}
