import type { Statement } from '../sql/statement.js';
import { statement } from '../sql/statement.js';
import { type CommitNote, FORGET_EMPTY_COMMIT, noteCommit } from '../tables/commit/table.js';
import { guardVersion } from '../tables/log/revert.js';
import { PIN_SQL, UNPIN_SQL } from '../tables/state/table.js';
import type { Connection } from './connection.js';
import { isStale } from './database-errors.js';

/** How often a write is planned again when others write at the same moment. */
const MAX_ATTEMPTS = 8;

/** Writes that are planned from what was read at a db_version. */
export interface PlannedWrites<T> {
  readonly dbVersion: number;
  readonly statements: readonly Statement[];
  readonly note: CommitNote;
  readonly result: T;
}

/**
 * Plans writes and runs them as one transaction, unless something was written since: then both happen again. A plan
 * without statements writes nothing.
 */
export async function writePlanned<T>(
  connection: Connection,
  plan: () => Promise<PlannedWrites<T>>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const { dbVersion, statements, note, result } = await plan();
    if (statements.length === 0) return result;
    try {
      const all = [
        guardVersion(dbVersion),
        statement(PIN_SQL),
        noteCommit(note),
        ...statements,
        statement(FORGET_EMPTY_COMMIT),
        statement(UNPIN_SQL),
      ];
      await connection.batch(all, 'write');
      return result;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isStale(error)) throw error;
    }
  }
}
