import {
  and,
  Column,
  eq,
  getTableColumns,
  inArray,
  is,
  Param,
  SQL,
  StringChunk,
} from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { storedKeyValue } from '../drizzle/column-value.js';
import { affinityOf } from '../model/declared-type.js';
import { packKey } from '../model/packed-key.js';
import type { TableSpec } from '../model/table-spec.js';
import { bytesToHex, type SqlValue } from '../model/value.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type { Pin } from './read-set.js';

/** More keys than that are no saving. */
const MAX_KEYS = 1_000;

/** The members of Drizzle's query builders that are used here; structural, since classes differ between its lines. */
interface Builder {
  readonly table?: unknown;
  readonly config?: {
    readonly table?: unknown;
    readonly where?: unknown;
    readonly joins?: readonly unknown[];
    readonly setOperators?: readonly unknown[];
    readonly with?: unknown;
    readonly extras?: unknown;
  };
}

/**
 * The rows that a query selects, if its condition, as Drizzle has built it, names whole primary keys. Whether it reads
 * anything else shows its text, where a second SELECT would be, and later what SQLite opens.
 */
export function pinOf(query: object, sql: string, schema: DrizzleSchema): Pin | undefined {
  const { config, table = config?.table } = query as Builder;
  if (config === undefined || !is(table, SQLiteTable)) return undefined;
  if (config.joins?.length || config.setOperators?.length || config.extras) return undefined;
  if ((sql.match(/\bselect\b/gi) ?? []).length !== 1) return undefined;
  const name = [...schema.drizzleTables].find(([, known]) => known === table)?.[0];
  const spec = name === undefined ? undefined : schema.tables.get(name);
  if (spec === undefined) return undefined;
  const columns = getTableColumns(table);
  const values = valuesByColumn(conditionOf(config.where, columns), columns);
  const keyed = spec.key.map(({ property }) => values.get(property));
  if (!keyed.every((found) => found !== undefined)) return undefined;
  // One column may have several values.
  if (spec.key.length > 1 && keyed.some(({ length }) => length > 1)) return undefined;
  const rows = keyed[0]!.map((first) => [first, ...keyed.slice(1).map(([value]) => value)]);
  if (rows.length > MAX_KEYS) return undefined;
  const keys = rows.map((row) => keyOf(row, spec, columns));
  return keys.every((key) => key !== undefined) ? { table: spec.name, keys } : undefined;
}

/** A relational query may have a function that makes the condition. */
function conditionOf(where: unknown, columns: object): unknown {
  if (typeof where !== 'function') return where;
  try {
    return where(columns, { and, eq, inArray });
  } catch {
    return undefined; // It uses other operators.
  }
}

function keyOf(
  values: readonly unknown[],
  { key }: TableSpec,
  columns: Readonly<Record<string, Column>>,
): string | undefined {
  try {
    const stored = key.map(({ property }, i) =>
      storedKeyValue(columns[property]!, values[i], property),
    );
    // SQLite would convert another one.
    const fits = stored.every((value, i) => isOfAffinity(value, key[i]!.sqlType));
    return fits ? bytesToHex(packKey(stored)) : undefined;
  } catch {
    return undefined; // No row has such a key, and the query itself reports what is wrong.
  }
}

function isOfAffinity(value: SqlValue, sqlType: string): boolean {
  switch (affinityOf(sqlType)) {
    case 'text':
      return typeof value === 'string';
    case 'integer':
      return typeof value === 'bigint';
    case 'blob':
      return value instanceof Uint8Array;
    default:
      return false;
  }
}

/** The values that a condition allows for columns, by property. It may narrow them further. */
function valuesByColumn(
  where: unknown,
  columns: Readonly<Record<string, Column>>,
): ReadonlyMap<string, readonly unknown[]> {
  const found = new Map<string, readonly unknown[]>();
  if (!is(where, SQL)) {
    // The filter of a relational query, which Drizzle has as an object in 1.0.
    for (const [property, value] of Object.entries(where ?? {})) {
      if (property in columns && isPlainValue(value)) found.set(property, [value]);
    }
    return found;
  }
  const properties = new Map(
    Object.entries(columns).map(([property, { name }]) => [name, property] as const),
  );
  for (const term of termsOf(where)) {
    const [column, operator, value, ...rest] = term;
    if (rest.length > 0 || !is(column, Column)) continue;
    const values = valuesOf(textOf(operator), value);
    const property = properties.get(column.name);
    if (values === undefined || property === undefined) continue;
    const known = found.get(property);
    if (known === undefined || values.length < known.length) found.set(property, values);
  }
  return found;
}

const isPlainValue = (value: unknown) =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ||
  value instanceof Date ||
  value instanceof Uint8Array;

function valuesOf(operator: string | undefined, value: unknown): readonly unknown[] | undefined {
  if (operator === ' = ' && is(value, Param)) return [value.value];
  if (operator !== ' in ' || !Array.isArray(value)) return undefined;
  return value.every((one) => is(one, Param)) ? value.map((one: Param) => one.value) : undefined;
}

/** The parts of a condition that must all hold, as Drizzle's `and()` joins them: each as a list of chunks. */
function termsOf(condition: SQL): readonly (readonly unknown[])[] {
  let chunks: readonly unknown[] = condition.queryChunks.filter((chunk) => textOf(chunk) !== '');
  const [first] = chunks;
  if (chunks.length === 1) return is(first, SQL) ? termsOf(first) : [];
  // 0.45 gives `(`, `a and b`, `)`, and 1.0 `((`, `a`, `) and (`, `b`, `))`.
  if (/^\(+$/.test(textOf(first) ?? '') && /^\)+$/.test(textOf(chunks.at(-1)) ?? '')) {
    chunks = chunks.slice(1, -1);
    if (chunks.length === 1) return is(chunks[0], SQL) ? termsOf(chunks[0]) : [];
  }
  const isAnd = (chunk: unknown) => /^\)? and \(?$/.test(textOf(chunk) ?? '');
  const isJoined = chunks.length > 1 && chunks.every((chunk, i) => isAnd(chunk) === (i % 2 === 1));
  if (!isJoined) return [condition.queryChunks.filter((chunk) => textOf(chunk) !== '')];
  return chunks.flatMap((chunk) => (is(chunk, SQL) ? termsOf(chunk) : []));
}

/** 0.45 has a list of texts in a chunk, and 1.0 one text. */
const textOf = (chunk: unknown): string | undefined =>
  is(chunk, StringChunk) ? [chunk.value].flat().join('') : undefined;
