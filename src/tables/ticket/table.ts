import { statementText } from '../../sql/layout.js';
import { TICKET_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { type Query, queryRow, type Statement, statement } from '../../sql/statement.js';

/** Whoever pushes once per process, such as a function in a cloud, would fill the table. */
const KEPT = 1_000;

/**
 * crr_ticket: the tickets that this database has pushed under, `process:1` to `process:count`. A server keeps the
 * last ticket of each client. If that is none of these, another database pushes under the same site id: a copy
 * of this one, or what this one was before it was restored from a backup.
 *
 *     process  random, another one in every process
 *     count    how many pushes it has begun
 */
export function ticketStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${TICKET_TABLE} (
        id INTEGER PRIMARY KEY,
        process TEXT NOT NULL,
        count INTEGER NOT NULL
      ) STRICT`,
  ];
}

/** To be run before the push: its answer may get lost. */
export function noteTicket(process: string, count: number): Statement[] {
  return [
    statement(statementText`
      INSERT INTO ${TICKET_TABLE} (process, count)
      SELECT ${quoteText(process)}, 0
      WHERE NOT EXISTS (SELECT 1 FROM ${TICKET_TABLE} WHERE process = ${quoteText(process)})`),
    statement(statementText`
      UPDATE ${TICKET_TABLE}
      SET count = ${count}
      WHERE process = ${quoteText(process)}`),
    statement(statementText`
      DELETE FROM ${TICKET_TABLE}
      WHERE id <= (SELECT max(id) FROM ${TICKET_TABLE}) - ${KEPT}`),
  ];
}

/** Whether this database has pushed under a ticket. */
export function isOwnTicket(ticket: string, read: (isOwn: boolean) => void): Query {
  const { process, count } = partsOf(ticket);
  const sql = statementText`
    SELECT EXISTS (
      SELECT 1 FROM ${TICKET_TABLE}
      WHERE process = ${quoteText(process)} AND count >= ${count}
    )`;
  return queryRow(sql, ({ 0: found }) => read(Number(found) === 1));
}

const PATTERN = /^([0-9a-f]{12}):(\d{1,15})$/;

export const isTicket = (text: string) => PATTERN.test(text);

/** The process, and the number of the push. */
export function partsOf(ticket: string): { readonly process: string; readonly count: number } {
  const [, process = '', count] = PATTERN.exec(ticket) ?? [];
  return { process, count: Number(count ?? Number.MAX_SAFE_INTEGER) };
}
