import type { TableSpec } from '../model/table-spec.js';
import { trigger } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { SQL_FORMAT } from './bookkeeping.js';

/** A named trigger and its whole text; a drift check compares the text with sqlite_master. */
export interface TriggerSql {
  readonly name: string;
  readonly sql: string;
}

/**
 * Writes one trigger of a CRR; its text carries the version of what is generated.
 *
 * @param when everything between name and BEGIN: timing, table and condition.
 */
export function triggerSql(
  spec: TableSpec,
  event: string,
  when: string,
  statements: readonly string[],
): TriggerSql {
  const name = trigger(spec.name, event);
  const body = statements.map((statement) => `  ${statement};`).join('\n');
  return {
    name,
    sql: `CREATE TRIGGER ${quoteName(name)} ${when} BEGIN /* drizzle-crr ${SQL_FORMAT} */\n${body}\nEND`,
  };
}
