import type { SqlValue } from '../../model/value.js';
import { statementText } from '../../sql/layout.js';
import { COMMIT_TABLE, STATE_TABLE } from '../../sql/names.js';
import { bindValue, type Statement, statement } from '../../sql/statement.js';

/**
 * crr_commit: who made a transaction and why, if its writer gave that.
 *
 *     site, db_version  the transaction: the writer's ordinal, and the writer's db_version
 *     author, message   as the writer gave them; a claim, not a proof
 *     reverts           the transaction that it takes back, as `site:db_version`; NULL = none
 */
export function commitStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${COMMIT_TABLE} (
        site INTEGER NOT NULL,
        db_version INTEGER NOT NULL,
        author TEXT,
        message TEXT,
        reverts TEXT,
        PRIMARY KEY (site, db_version)
      )`,
  ];
}

/** What a transaction is noted with. */
export interface CommitNote {
  readonly author?: string | undefined;
  readonly message?: string | undefined;
  /** Ordinal and db_version of the transaction that it takes back. */
  readonly reverts?: string | undefined;
}

/** Notes the transaction that is pinned. */
export function noteCommit({ author, message, reverts }: CommitNote): Statement {
  const args: SqlValue[] = [];
  const values = [author, message, reverts].map((value) => bindValue(value ?? null, args));
  return statement(
    statementText`
      INSERT INTO ${COMMIT_TABLE} (site, db_version, author, message, reverts)
      SELECT site, db_version, ${values.join(', ')} FROM ${STATE_TABLE} WHERE true
      ON CONFLICT (site, db_version) DO UPDATE SET
        author = excluded.author,
        message = excluded.message,
        reverts = excluded.reverts`,
    args,
  );
}

/** Forgets it if nothing was written: its db_version is given back. To be run before the pin ends. */
export const FORGET_EMPTY_COMMIT = statementText`
  DELETE FROM ${COMMIT_TABLE}
  WHERE (site, db_version) = (SELECT site, db_version FROM ${STATE_TABLE} WHERE seq = -1)`;

/** The same as text, around its author and message. */
export const NOTE_COMMIT = [
  `INSERT INTO ${COMMIT_TABLE} (site, db_version, author, message) SELECT site, db_version, `,
  ` FROM ${STATE_TABLE} WHERE true ON CONFLICT (site, db_version) DO UPDATE SET author = excluded.author, message = excluded.message`,
] as const;
