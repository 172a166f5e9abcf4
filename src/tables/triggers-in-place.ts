import { quoteName } from '../sql/quote.js';
import { type Statement, statement } from '../sql/statement.js';

/** Every trigger in the database: its name and its SQL. */
export const selectTriggers: Statement = statement(`
  SELECT name, sql
  FROM sqlite_master
  WHERE type = 'trigger'`);

export const dropTrigger = (name: string): Statement =>
  statement(`DROP TRIGGER IF EXISTS ${quoteName(name)}`);
