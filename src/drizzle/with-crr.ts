import { type Column, getTableColumns, type SQL } from 'drizzle-orm';
import { CrrCore } from '../database/crr.js';
import type { TextCodec } from '../documents/codec.js';
import { LazyDocuments } from '../documents/lazy-documents.js';
import { CrrUsageError } from '../errors.js';
import { eventEmitter } from '../live/events.js';
import { Listeners } from '../live/listeners.js';
import { errorReporter } from '../live/report-error.js';
import type { WriteListeners } from '../live/writes.js';
import type { CrrEvent } from '../model/event.js';
import { optionsOf, requireOptions, requireVersion } from '../model/options.js';
import type { SqlValue } from '../model/value.js';
import { codecOf } from '../schema/collaborative-text.js';
import { type Decode, type DrizzleSchema, readSchema } from '../schema/read-schema.js';
import { type Statement, statement } from '../sql/statement.js';
import type { CrrDatabase } from './crr-database.js';
import { DrizzleCrr } from './drizzle-crr.js';
import { engineOf } from './engine-of.js';
import { requireFit } from './fit.js';
import type { NotedTransactions } from './noted-transaction.js';
import { requireOneLine } from './one-line.js';
import { pinned } from './pin.js';

/** Options of {@link withCrr}. */
export interface WithCrrOptions {
  /** The module that exports the tables, as for Drizzle's relational queries. */
  readonly schema: Readonly<Record<string, unknown>>;
  /**
   * How far ahead of this process's clock the writer of a column that merges by time may be, in
   * milliseconds. Changes from further ahead wait. Default: 300,000 (5 minutes).
   */
  readonly maxDrift?: number | undefined;
  /**
   * Check once, before the first write, whether the database's triggers are those of this schema.
   * One query; without it, a lost trigger silently keeps writes from other sites. Default: true.
   */
  readonly check?: boolean | undefined;
  /**
   * How long `$crr` and the queries of this database wait while the database is locked, by a transaction of
   * this process or by another process, in milliseconds. Then they fail with CRR_DATABASE_BUSY. Default: 5,000.
   */
  readonly busyTimeout?: number | undefined;
  /**
   * Called with what is merged into this database, in numbers: `apply`, `apply-failed` and `site-id-changed`. If it
   * throws, the error is written to the console, and nothing else happens.
   */
  readonly onEvent?: ((event: CrrEvent) => void) | undefined;
}

const OPTIONS = optionsOf<WithCrrOptions>({
  schema: 'any',
  maxDrift: 'any',
  check: 'boolean',
  busyTimeout: 'any',
  onEvent: 'function',
});

/**
 * Returns the same Drizzle database with `$crr`, and with transactions and batches pinned: what one
 * of them writes shares one db_version, so it travels and is applied together. A statement outside
 * of both takes a db_version per row that it changes, which merges just as well.
 *
 * @throws {CrrSchemaError} if a table of the schema cannot be a CRR, or is too wide for the engine.
 * @throws {CrrUsageError} CRR_USAGE_DRIVER if `db` is not a Drizzle database on an engine that is known, was returned
 * by `withCrr` itself, or comes from another line of Drizzle than the tables.
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
  requireOptions('withCrr()', options ?? {}, OPTIONS);
  if (typeof options?.schema !== 'object' || options.schema === null) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      'withCrr() needs { schema }: the module that exports the tables, or an object of them',
    );
  }
  const { maxDrift, check, busyTimeout, onEvent } = options;
  if (maxDrift !== undefined) requireVersion('withCrr()', 'maxDrift', maxDrift);
  if (busyTimeout !== undefined) requireVersion('withCrr()', 'busyTimeout', busyTimeout);
  const engine = engineOf(db, { busyTimeout });
  const schema = readSchema(options.schema, { columnName: columnNames(db), decode: decoder(db) });
  requireOneLine(db, schema.drizzleTables);
  requireFit(schema, engine);
  const writes: WriteListeners = new Listeners(errorReporter());
  const emit = eventEmitter(onEvent);
  const codecs = codecsOf(schema);
  let documents: LazyDocuments | undefined;
  const core = new CrrCore({
    ...{ connection: engine, schema, maxDrift, check, emit, writes },
    ...(codecs.size > 0 && {
      documents: ({ drift }) => {
        documents = new LazyDocuments(async () => {
          const { Documents } = await import('../documents/documents.js');
          return new Documents({
            ...{ connection: engine, schema, drift, writes },
            codecOf: (spec, column) => codecs.get(`${spec.name}.${column.property}`),
            onError: errorReporter(),
          });
        });
        return documents;
      },
    }),
  });
  const render = (condition: SQL) => rendered(db, condition);
  const { drift } = core;
  const transactions: NotedTransactions = {};
  const $crr = new DrizzleCrr(core, schema, { render, writes, documents, transactions });
  return pinned(db, { $crr, drift, engine, writes, transactions });
}

/** The codecs of texts, by the table's name and the property. */
function codecsOf({ drizzleTables }: DrizzleSchema): ReadonlyMap<string, TextCodec> {
  const codecs = new Map<string, TextCodec>();
  for (const [name, table] of drizzleTables) {
    for (const [property, column] of Object.entries(getTableColumns(table))) {
      const codec = codecOf(column);
      if (codec !== undefined) codecs.set(`${name}.${property}`, codec);
    }
  }
  return codecs;
}

/** The names of columns: Drizzle's `casing` option decides them, if the database has one. */
function columnNames(db: object): (column: Column) => string {
  const casing = (db as { dialect?: { casing?: { getColumnCasing?(column: Column): string } } })
    .dialect?.casing;
  return (column) => casing?.getColumnCasing?.(column) ?? column.name;
}

/** Drizzle 0.45 decodes a driver's values in the column, and 1.0 in the database's dialect, too. */
function decoder(db: object): Decode {
  const { codecs } = (db as { dialect?: { codecs?: Codecs } }).dialect ?? {};
  return (column, value) => {
    const normalized = codecs?.apply(column, 'normalize', value) ?? value;
    return column.mapFromDriverValue(normalized);
  };
}
interface Codecs {
  apply(column: Column, step: 'normalize', value: unknown): unknown;
}

/** A Drizzle condition as a statement of the core. */
function rendered(db: object, condition: SQL): Statement {
  const { dialect } = db as {
    dialect: {
      sqlToQuery(sql: SQL): { readonly sql: string; readonly params: readonly unknown[] };
    };
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
