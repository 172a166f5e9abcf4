import { Column, is, SQL } from 'drizzle-orm';
import { CrrUsageError } from '../errors.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { pinOf } from './pin.js';
import type { Pin } from './read-set.js';

/** A query of Drizzle, as far as it is known before it runs. */
export interface DescribedQuery<T = unknown> {
  /** The same for queries with the same SQL and parameters. */
  readonly key: string;
  /** The same for queries that give the same result; undefined if that is not certain. */
  readonly identity: string | undefined;
  readonly sql: string;
  readonly pin: Pin | undefined;
  run(): Promise<T>;
}

/** The members of a database that are used here; structural, since classes differ between Drizzle's lines. */
interface Database {
  readonly dialect: { sqlToQuery(sql: SQL): Rendered };
  all(query: SQL): unknown;
}
interface Rendered {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** @throws {CrrUsageError} CRR_USAGE_OPTION if it is not a query that can be run later. */
export function describe(db: object, query: unknown, schema: DrizzleSchema): DescribedQuery {
  const database = db as Database;
  const rendered = renderedBy(database, query);
  if (rendered === undefined) {
    const found =
      query instanceof Promise ? 'a promise' : Array.isArray(query) ? 'rows' : typeof query;
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `liveQuery() found ${found} instead of a query: let the function return what Drizzle's builder gives, without await, or SQL made by sql\`...\``,
    );
  }
  const { sql, params } = rendered;
  const key = JSON.stringify([sql, params.map(paramText)]);
  const shape = shapeOf(query);
  return {
    key,
    identity: shape && `${shape} ${key}`,
    sql,
    pin: pinOf(query as object, sql, schema),
    run: async () => (isThenable(query) ? query : database.all(query as SQL)),
  };
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

function renderedBy({ dialect }: Database, query: unknown): Rendered | undefined {
  const { toSQL, getQuery, getSQL, sql } = (query ?? {}) as {
    toSQL?(): Rendered;
    getQuery?(): Rendered;
    getSQL?(): SQL;
    sql?: unknown;
  };
  if (isThenable(query) && is(sql, SQL)) return dialect.sqlToQuery(sql); // $count()
  if (is(query, SQL)) return dialect.sqlToQuery(query);
  if (toSQL !== undefined) return toSQL.call(query);
  if (getQuery !== undefined) return getQuery.call(query);
  if (isThenable(query) && getSQL !== undefined) return dialect.sqlToQuery(getSQL.call(query));
  return undefined;
}

/** A value as a text that no other value has. */
function paramText(value: unknown): string {
  if (value instanceof Uint8Array) return `x ${value.join()}`;
  if (typeof value === 'object' && value !== null) return `o ${idOf(value)}`;
  return `${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`;
}

/** What becomes of the rows: the same text if it is certainly the same. */
function shapeOf(query: unknown): string | undefined {
  const { config, mode, table } = query as {
    config?: { fields?: unknown; action?: string };
    mode?: string;
    table?: object;
  };
  const kind = idOf((query as object).constructor);
  // Names of columns and relations are those of the table's schema; others are in the text.
  if (mode !== undefined && table !== undefined) {
    return hasExtras(config) ? undefined : `${kind} ${mode} ${idOf(table)}`;
  }
  if (config?.fields !== undefined) return `${kind} ${fieldsText(config.fields)}`;
  if (config?.action !== undefined) return `${kind} ${config.action}`;
  return is(query, SQL) ? String(kind) : undefined;
}

/** Whether a relational query has SQL with decoders of its own. */
function hasExtras(config: unknown): boolean {
  const { extras, with: related } = (config ?? {}) as { extras?: unknown; with?: object };
  return extras !== undefined || Object.values(related ?? {}).some(hasExtras);
}

/** Names, and what decodes the values. */
function fieldsText(fields: unknown): string {
  if (typeof fields !== 'object' || fields === null) return '?';
  return Object.entries(fields)
    .map(([name, field]) => `${JSON.stringify(name)}: ${fieldText(field)}`)
    .join();
}

function fieldText(field: unknown): string {
  // Columns of an alias or a subquery are other objects each time, with the configuration of the table's column.
  if (is(field, Column)) return String(idOf((field as unknown as { config: object }).config));
  if (is(field, SQL)) return `sql ${idOf((field as unknown as { decoder: object }).decoder)}`;
  const { sql } = field as { sql?: unknown };
  if (is(sql, SQL)) return fieldText(sql); // With an alias.
  return Object.getPrototypeOf(field) === Object.prototype
    ? `{${fieldsText(field)}}`
    : String(idOf(field as object)); // A table, a subquery.
}

const ids = new WeakMap<object, number>();
let lastId = 0;

/** A number that only this object has. */
function idOf(object: object): number {
  const id = ids.get(object) ?? ++lastId;
  ids.set(object, id);
  return id;
}
