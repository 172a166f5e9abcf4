import type { TableSpec } from '../schema/table-spec.js';
import { SQL_FORMAT } from './bookkeeping.js';
import { trigger } from './names.js';
import { quoteName } from './quote.js';

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
