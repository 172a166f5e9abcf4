import { type Query, statement } from '../../sql/statement.js';

/** References are looked at when the transaction ends: rows of a draft are written in any order. */
export const DEFER_REFERENCES = 'PRAGMA defer_foreign_keys = ON';

/** From now on they are looked at by each statement. */
export const CHECK_AT_ONCE = 'PRAGMA defer_foreign_keys = OFF';

/** Reads whether the connection enforces references: some drivers leave them off. */
export const readEnforced = (found: (isEnforced: boolean) => void): Query => ({
  ...statement('PRAGMA foreign_keys'),
  read: ([row]) => found(row === undefined || Number(row[0]) === 1),
});

/** Finds a table with a reference to a row that is not there. */
export const checkReferences = (found: (table: string) => void): Query => ({
  ...statement('PRAGMA foreign_key_check'),
  read(rows) {
    for (const { 0: table } of rows) found(String(table));
  },
});
