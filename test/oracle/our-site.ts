/** A site of this package: the public API on a libSQL database in memory. */
import { createClient } from '@libsql/client';
import { sql } from 'drizzle-orm';
import type { SqlValue } from '../../src/model/value.js';
import { bindValue } from '../../src/sql/statement.js';
import { plainCrr } from '../support/drizzle-table.js';
import { openSite } from '../support/site.js';
import { createTable, name, type Shape } from './shape.js';
import type { OpenSite, Statement } from './site.js';

export const ourSite: OpenSite = async (shape) => {
  // Not kept until the test ends: one test replays hundreds of histories, which close their sites.
  const client = createClient({ url: ':memory:', intMode: 'bigint' });
  const db = await openSite({ table: crr(shape) }, client, { ddl: createTable(shape) });
  const runIn = async (
    target: { run(query: ReturnType<typeof sql>): unknown },
    statements: readonly Statement[],
  ) => {
    for (const { sql: text, params } of statements) await target.run(bound(text, params));
  };
  return {
    exec: (text, params = []) => runIn(db, [{ sql: text, params }]),
    transaction: (statements) => db.transaction((tx) => runIn(tx, statements)),
    async rows() {
      const { rows } = await client.execute(selectExactRows(shape));
      return rows.map((row) => Array.from(row as ArrayLike<unknown>, fromDriver));
    },
    changes: async (since = 0) => [...(await db.$crr.changes({ since })).changes],
    async apply(changes) {
      await db.$crr.apply(changes);
    },
    version: () => db.$crr.version(),
    async close() {
      client.close();
    },
  };
};

export function crr(shape: Shape) {
  return plainCrr({
    table: shape.table,
    key: shape.keyColumns,
    columns: shape.columns.map(({ name, type, notNullDefault }) => ({
      name,
      type,
      ...(notNullDefault === undefined ? {} : { notNull: true, default: notNullDefault }),
    })),
  });
}

/** Replaces each `?` by what binds the value exactly; histories have no `?` in their text. */
export function bound(text: string, params: readonly SqlValue[]) {
  const chunks = text.split('?').map((part) => sql.raw(part));
  const args: SqlValue[] = [];
  const values = params.map((value) => {
    const [before, after] = bindValue(value, args).split('?');
    if (after === undefined) return sql.raw(before!);
    return sql`${sql.raw(before!)}${args.at(-1)}${sql.raw(after)}`;
  });
  return sql.join(
    chunks.flatMap((chunk, i) => (i < values.length ? [chunk, values[i]!] : [chunk])),
  );
}

/** The rows with each value's storage class before it: the driver cuts text at NUL. */
function selectExactRows(shape: Shape): string {
  const keys = shape.keyColumns.map((column) => name(column.name));
  const values = [...keys, ...shape.columns.map((column) => name(column.name))].map(
    (column) => `CASE typeof(${column}) WHEN 'text' THEN 't' || hex(${column}) ELSE ${column} END`,
  );
  return `SELECT ${values.join(', ')} FROM ${name(shape.table)} ORDER BY ${keys.join(', ')}`;
}

function fromDriver(value: unknown): SqlValue {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (typeof value === 'string') return decoder.decode(Buffer.from(value.slice(1), 'hex'));
  return value as SqlValue;
}
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
