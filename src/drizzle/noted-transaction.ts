import { sql } from 'drizzle-orm';
import type { SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy';
import { requireFunction } from '../model/options.js';
import { FORGET_EMPTY_COMMIT, NOTE_COMMIT } from '../tables/commit/table.js';
import type { RunDraft } from './draft-transactions.js';
import { requireCommit } from './history.js';
import type { CommitOptions } from './history-types.js';

/**
 * What Drizzle's transactions have in common on drivers that answer with promises. (The name of their base class differs between
 * the lines of Drizzle; that of the driver without a package of its own does not.)
 */
export type AsyncTransaction = Omit<SqliteRemoteDatabase, 'batch' | '$client'>;

/**
 * Runs a transaction that is noted with its author and message. `$crr` is made before the database that has transactions, so
 * it gets them later.
 */
export interface NotedTransactions {
  run?: (note: CommitOptions, run: (tx: never) => unknown) => unknown;
  /** The same for the transactions of drafts. */
  draft?: RunDraft;
}

/** What `$crr.transaction()` takes. */
export type NotedParameters<T, TTransaction> =
  | [options: CommitOptions, run: (tx: TTransaction) => T]
  | [run: (tx: TTransaction) => T];

export function notedParameters(parameters: NotedParameters<unknown, never>): {
  readonly note: CommitOptions;
  readonly run: (tx: never) => unknown;
} {
  const [note, run] = parameters.length === 1 ? [{}, parameters[0]] : parameters;
  requireCommit('transaction()', note);
  requireFunction('transaction()', run);
  return { note, run };
}

interface Runs {
  run(query: never): unknown;
}

/** The function of a transaction, with the note before it. It is forgotten if nothing was written. */
export function notedTransaction(
  { author, message }: CommitOptions,
  run: (tx: never) => unknown,
  isSync: boolean,
): (tx: Runs) => unknown {
  const [before, after] = NOTE_COMMIT;
  const note =
    sql`${sql.raw(before)}${author ?? null}, ${message ?? null}${sql.raw(after)}` as never;
  const forget = sql.raw(FORGET_EMPTY_COMMIT) as never;
  if (isSync) {
    return (tx) => {
      tx.run(note);
      const result = run(tx as never);
      tx.run(forget);
      return result;
    };
  }
  return async (tx) => {
    await tx.run(note);
    const result = await run(tx as never);
    await tx.run(forget);
    return result;
  };
}
