import { statementText } from '../../sql/layout.js';
import { GUARD_TABLE } from '../../sql/names.js';
import { type Statement, statement } from '../../sql/statement.js';

/** The rest is found by the next trial. */
const MOST_FINDINGS = 5_000;
const FOUND = /crr-found ([^;]*);/;

/**
 * What a trial finds: a batch that merges, lists rows, and is taken back. A batch without savepoints can only be taken
 * back by an error, and then returns no rows. So the guard's table collects the findings, and they become the text
 * of the error. JSON functions quote a wrong path in theirs, on every engine and in every version.
 */
export class Findings {
  readonly #readers: ((mark: string) => void)[] = [];

  /**
   * Collects the rows of a query.
   *
   * @param mark SQL of a row's mark: digits or hex.
   * @param read is called with each mark by {@link read}.
   */
  collect({ sql, args }: Statement, mark: string, read: (mark: string) => void): Statement {
    const reader = this.#readers.push(read) - 1;
    const text = statementText`
      INSERT INTO ${GUARD_TABLE} (reason)
      SELECT '${reader}:' || ${mark}
      FROM (
        ${sql}
      )`;
    return statement(text, args);
  }

  /** Fails the batch with what was found, even if that is nothing. */
  end(): Statement {
    return statement(statementText`
      SELECT json_extract('{}', 'crr-found ' || ifnull(group_concat(reason), '') || ';') AS found
      FROM (
        SELECT reason FROM ${GUARD_TABLE}
        ORDER BY rowid
        LIMIT ${MOST_FINDINGS}
      )`);
  }

  /**
   * Reads what was found.
   *
   * @param message of the error with which the batch failed.
   * @returns whether it was that of {@link end}.
   */
  read(message: string): boolean {
    const found = FOUND.exec(message)?.[1];
    if (found === undefined) return false;
    for (const finding of found === '' ? [] : found.split(',')) {
      const [reader, mark] = finding.split(':') as [string, string];
      this.#readers[Number(reader)]!(mark);
    }
    return true;
  }
}
