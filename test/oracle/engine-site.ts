/** A site of this package on any engine of the tests. */
import { type SQL, sql } from 'drizzle-orm';
import { type CrrDatabase, withCrr } from '../../src/index.js';
import type { SqlValue } from '../../src/model/value.js';
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
}

/** Its databases are closed when the test ends. */
export function engineSite({ adapter, openClient, drizzle }: Opener): OpenSite {
  return async (shape) => {
    const client = await openClient();
    const { kind } = adapter.connect(client, {})!;
    const schema = { table: crr(shape) };
    const db = withCrr(drizzle!(client as never), { schema }) as unknown as Database;
    for (const statement of createTable(shape)) await db.run(sql.raw(statement));
    await db.$crr.install();
    return {
      exec: async (text, params = []) => void (await db.run(bound(text, params))),
      transaction: (statements) => (kind === 'sync' ? now(db, statements) : later(db, statements)),
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

async function now(db: Database, statements: readonly Statement[]): Promise<void> {
  db.transaction((tx) => {
    for (const { sql: text, params } of statements) tx.run(bound(text, params));
  });
}

/** The rows with a letter for each value's storage class, since drivers give integers and reals alike. */
function selectTyped(shape: Shape): string {
  const keys = shape.keyColumns.map((column) => name(column.name));
  const values = [...keys, ...shape.columns.map((column) => name(column.name))].map(
    (column) =>
      `CASE typeof(${column}) WHEN 'integer' THEN 'i' || ${column} WHEN 'text' THEN 't' || hex(${column}) WHEN 'blob' THEN 'b' || hex(${column}) ELSE ${column} END`,
  );
  return `SELECT ${values.join(', ')} FROM ${name(shape.table)} ORDER BY ${keys.join(', ')}`;
}

function fromTyped(value: unknown): SqlValue {
  if (typeof value !== 'string') return value === null ? null : Number(value);
  const text = value.slice(1);
  if (value[0] === 'i') return BigInt(text);
  const bytes = new Uint8Array(Buffer.from(text, 'hex'));
  return value[0] === 'b' ? bytes : decoder.decode(bytes);
}
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
