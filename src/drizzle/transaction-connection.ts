import { type SQL, sql } from 'drizzle-orm';
import type { SyncConnection } from '../database/connection.js';
import type { Engine } from '../engines/engine.js';
import type { DriverRow } from '../sql/driver-value.js';
import { readsOnly } from '../sql/reads-only.js';
import type { Statement } from '../sql/statement.js';

/** The members of Drizzle's transactions that are used here. */
export interface DrizzleTransaction {
  run(query: never): unknown;
  values(query: never): unknown;
  transaction(run: (tx: never) => unknown): unknown;
}

/** A connection on a transaction that is open. Its batches are part of it; a statement that fails leaves those before it. */
export function transactionConnection(
  tx: DrizzleTransaction,
  { maxParameters, maxStatementBytes, maxColumns }: Engine,
): SyncConnection {
  const one = (statement: Statement) => {
    const query = drizzleSql(statement) as never;
    return readsOnly(statement.sql) ? tx.values(query) : tx.run(query);
  };
  const rowsOf = (found: unknown) => (Array.isArray(found) ? (found as DriverRow[]) : []);
  return {
    ...{ maxParameters, maxStatementBytes, maxColumns },
    async batch(statements) {
      const results: DriverRow[][] = [];
      for (const statement of statements) results.push(rowsOf(await one(statement)));
      return results;
    },
    batchNow: (statements) => statements.map((statement) => rowsOf(one(statement))),
  };
}

/** Quoted names and texts, in which a question mark is no placeholder. */
const QUOTED_OR_PLACEHOLDER = /"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\?/g;

/** A statement with its values as Drizzle binds them. */
export function drizzleSql({ sql: text, args }: Statement): SQL {
  const parts: SQL[] = [];
  let from = 0;
  let bound = 0;
  for (const match of text.matchAll(QUOTED_OR_PLACEHOLDER)) {
    if (match[0] !== '?') continue;
    parts.push(sql.raw(text.slice(from, match.index)), sql`${sql.param(args[bound++])}`);
    from = match.index + 1;
  }
  parts.push(sql.raw(text.slice(from)));
  return sql.join(parts);
}
