import { tableOfTrigger } from '../sql/names.js';

/**
 * Finds triggers of users that run before those of this package, and should run after them.
 *
 * SQLite runs the newest AFTER trigger first. If one that was made later writes to the row that was written, its
 * writes are stamped before the one that they follow: an AFTER INSERT that deletes its row would leave a
 * clock that is alive. Triggers that write to other tables may run at any time.
 */
export class TriggerOrder {
  /** Tables of which a trigger of this package was seen. */
  readonly #seen = new Set<string>();
  readonly #late = new Map<string, string[]>();

  /** To be called for every trigger of a database, the oldest first. */
  add(name: string, table: string, text: string): void {
    const owner = tableOfTrigger(name);
    if (owner !== undefined) this.#seen.add(owner);
    else if (this.#seen.has(table) && writesAfter(table, text)) {
      this.#late.set(table, [...this.lateIn(table), name]);
    }
  }

  /** Names of the triggers of a table that were made too late. */
  lateIn(table: string): readonly string[] {
    return this.#late.get(table) ?? [];
  }
}

/** Whether a trigger runs after a write to the table, and writes to it. */
function writesAfter(table: string, text: string): boolean {
  const begin = text.search(/\bBEGIN\b/i);
  if (!/\bAFTER\b/i.test(text.slice(0, begin))) return false;
  const name = table.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const target = new RegExp(
    `\\b(INTO|DELETE\\s+FROM|UPDATE|UPDATE\\s+OR\\s+\\w+)\\s*["'\`[]?${name}(?![\\w$])`,
    'i',
  );
  return target.test(text.slice(begin));
}
