import type { TableSpec } from '../model/table-spec.js';
import { all, block, body, type Fragment, statementText } from '../sql/layout.js';
import { trigger } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { SQL_FORMAT } from './state/table.js';

/** A named trigger and its whole text; a drift check compares the text with sqlite_master. */
export interface TriggerSql {
  readonly name: string;
  readonly sql: string;
}

export interface TriggerParts {
  /** What it does, as a comment in its text: plain words, no names of users' tables. */
  readonly comment: string;
  /** `AFTER UPDATE OF "title" ON "todos"`. */
  readonly on: string;
  readonly when: readonly Fragment[];
  readonly body: readonly Fragment[];
}

/** Writes one trigger of a CRR; its text contains the format. */
export function triggerSql(spec: TableSpec, event: string, parts: TriggerParts): TriggerSql {
  const name = trigger(spec.name, event);
  const when = block`
    WHEN
      ${all(parts.when)}`;
  return {
    name,
    sql: statementText`
      CREATE TRIGGER ${quoteName(name)}
      ${parts.on}
      ${parts.when.length === 0 ? '' : when}
      BEGIN /* drizzle-crr ${SQL_FORMAT}: ${parts.comment} */
        ${body(parts.body)}
      END`,
  };
}

export const dropTrigger = (name: string) => `DROP TRIGGER IF EXISTS ${quoteName(name)}`;
