import { statementText } from '../../sql/layout.js';
import { EDITOR_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { type Query, statement } from '../../sql/statement.js';

/** How long a process keeps its lane without a sign of life, in seconds. */
const LEASE_SECONDS = 3_600;

/**
 * crr_editor: the processes that edit documents of this database at once. Each has a lane, from which its writer ids
 * are made: no two of them may write under one, and a new one for each process would be kept in the documents for ever.
 *
 *     lane    0, 1, 2 ...: the lowest that was free
 *     token   random, of the process
 *     until   seconds since 1970, by the clock of the database
 */
export const editorStatement = (): string => statementText`
  CREATE TABLE IF NOT EXISTS ${EDITOR_TABLE} (
    lane INTEGER PRIMARY KEY,
    token TEXT NOT NULL,
    until INTEGER NOT NULL
  ) STRICT`;

const NOW = "CAST(strftime('%s', 'now') AS INTEGER)";

/** Gives a process the lowest lane that is free, unless it has one, and tells which. */
export function takeLane(token: string, read: (lane: number) => void): Query[] {
  const isOurs = `token = ${quoteText(token)}`;
  return [
    statement(statementText`
      UPDATE ${EDITOR_TABLE}
      SET until = ${NOW} + ${LEASE_SECONDS}
      WHERE ${isOurs}`),
    statement(statementText`
      INSERT INTO ${EDITOR_TABLE} (lane, token, until)
      SELECT lowest.lane, ${quoteText(token)}, ${NOW} + ${LEASE_SECONDS}
      FROM (
        SELECT min(free.lane) AS lane
        FROM (SELECT 0 AS lane UNION ALL SELECT lane + 1 FROM ${EDITOR_TABLE}) AS free
        WHERE NOT EXISTS (SELECT 1 FROM ${EDITOR_TABLE} AS taken WHERE taken.lane = free.lane AND taken.until > ${NOW})
      ) AS lowest
      WHERE NOT EXISTS (SELECT 1 FROM ${EDITOR_TABLE} WHERE ${isOurs})
      ON CONFLICT (lane) DO UPDATE SET
        token = excluded.token,
        until = excluded.until`),
    {
      ...statement(`SELECT lane FROM ${EDITOR_TABLE} WHERE ${isOurs}`),
      read: ([row]) => read(Number(row?.[0])),
    },
  ];
}
