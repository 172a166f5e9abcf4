/** A site of this package on any engine of the tests. */
import { type SQL, sql } from 'drizzle-orm';
import { turso } from '../../src/engines/turso.js';
import { type CrrDatabase, withCrr } from '../../src/index.js';
import type { SqlValue } from '../../src/model/value.js';
import { quoteBlob, quoteReal, quoteText } from '../../src/sql/quote.js';
import { bindValue } from '../../src/sql/statement.js';
import type { Opener } from '../engines/openers.js';
import { bound, crr } from './our-site.js';
import { createTable, name, type Shape } from './shape.js';
import type { OpenSite, Statement } from './site.js';

/** What is used of a Drizzle database here, of either kind. */
interface Runner {
  run(query: SQL): unknown;
}
interface Database extends Runner, CrrDatabase {
  values(query: SQL): unknown;
  transaction(run: (tx: Runner) => unknown): unknown;
  batch(queries: readonly unknown[]): unknown;
}

/** Its databases are closed when the test ends. */
export function engineSite({ adapter, openClient, drizzle }: Opener): OpenSite {
  // OR IGNORE does something else in Turso: see test/engines/turso.test.ts.
  const prepared = (text: string) =>
    adapter === turso && text.startsWith('INSERT OR IGNORE')
      ? `${text.replace(' OR IGNORE', '')} ON CONFLICT DO NOTHING`
      : text;
  return async (shape) => {
    const client = await openClient();
    const { kind, transactions } = adapter.connect(client, {})!;
    const schema = { table: crr(shape) };
    const write = transactions === 'batch' ? atOnce : kind === 'sync' ? now : later;
    const db = withCrr(drizzle!(client as never), { schema }) as unknown as Database;
    for (const statement of createTable(shape)) await db.run(sql.raw(statement));
    await db.$crr.install();
    return {
      exec: async (text, params = []) => void (await db.run(bound(prepared(text), params))),
      transaction: (statements) =>
        write(
          db,
          statements.map((one) => ({ ...one, sql: prepared(one.sql) })),
        ),
      async rows() {
        const rows = (await db.values(sql.raw(selectTyped(shape)))) as ArrayLike<unknown>[];
        return rows.map((row) => Array.from(row, fromTyped));
      },
      changes: async (since = 0) => [...(await db.$crr.changes({ since })).changes],
      async apply(changes) {
        await db.$crr.apply(changes);
      },
      version: () => db.$crr.version(),
      async close() {},
    };
  };
}

async function later(db: Database, statements: readonly Statement[]): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { sql: text, params } of statements) await tx.run(bound(text, params));
  });
}

/** For engines without transactions. Drizzle's batch takes raw SQL only if nothing is bound. */
async function atOnce(db: Database, statements: readonly Statement[]): Promise<void> {
  await db.batch(statements.map((statement) => db.run(sql.raw(withLiterals(statement)))));
}

function withLiterals({ sql: text, params }: Statement): string {
  const [first, ...chunks] = text.split('?');
  const parts = chunks.map((chunk, i) => {
    const args: SqlValue[] = [];
    const value = bindValue(params[i]!, args);
    return value.replace('?', () => literal(args[0]!)) + chunk;
  });
  return first! + parts.join('');
}

function literal(value: SqlValue): string {
  if (value instanceof Uint8Array) return quoteBlob(value);
  return typeof value === 'string' ? quoteText(value) : quoteReal(value as number);
}

async function now(db: Database, statements: readonly Statement[]): Promise<void> {
  db.transaction((tx) => {
    for (const { sql: text, params } of statements) tx.run(bound(text, params));
  });
}

/**
 * The rows with a letter for each value's storage class, since drivers give integers and reals alike, and D1 gives NULL for
 * what is infinite.
 */
function selectTyped(shape: Shape): string {
  const keys = shape.keyColumns.map((column) => name(column.name));
  const values = [...keys, ...shape.columns.map((column) => name(column.name))].map(
    (column) =>
      `CASE typeof(${column})
         WHEN 'integer' THEN 'i' || ${column}
         WHEN 'text' THEN 't' || hex(${column})
         WHEN 'blob' THEN 'b' || hex(${column})
         ELSE CASE ${column} WHEN 9e999 THEN 'rInfinity' WHEN -9e999 THEN 'r-Infinity' ELSE ${column} END
       END`,
  );
  return `SELECT ${values.join(', ')} FROM ${name(shape.table)} ORDER BY ${keys.join(', ')}`;
}

function fromTyped(value: unknown): SqlValue {
  if (typeof value !== 'string') return value === null ? null : Number(value);
  const text = value.slice(1);
  if (value[0] === 'i') return BigInt(text);
  if (value[0] === 'r') return Number(text);
  const bytes = new Uint8Array(Buffer.from(text, 'hex'));
  return value[0] === 'b' ? bytes : decoder.decode(bytes);
}
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
