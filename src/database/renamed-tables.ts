import { type Query, statement } from '../sql/statement.js';
import { SELECT_RENAMED_TABLES } from '../tables/former/table.js';

/** Tables that migrations have renamed or dropped. */
export class RenamedTables {
  /** Present names by former ones; null = it is gone. */
  readonly #names = new Map<string, string | null>();

  query(): Query {
    return {
      ...statement(SELECT_RENAMED_TABLES),
      read: (rows) => {
        for (const { 0: former, 1: present } of rows) {
          this.#names.set(String(former), present === null ? null : String(present));
        }
      },
    };
  }

  /** What became of a table that is not there, if that is known. */
  whyGone(table: string): string | undefined {
    const present = this.#names.get(table);
    if (present === undefined) return undefined;
    return present === null ? 'was dropped' : `was renamed to "${present}"`;
  }
}
