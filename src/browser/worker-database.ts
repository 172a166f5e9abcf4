import { begin } from '../engines/one-connection.js';
import {
  CREATE_ANSWERED,
  findAnswer,
  forgetAnswers,
  forgetOtherTabs,
  rememberAnswer,
} from '../sql/answered.js';
import type { DriverRow } from '../sql/driver-value.js';
import { createJournal, JOURNAL_COLUMNS, nameColumns, READ_JOURNAL } from '../sql/journal.js';
import { readsOnly, withoutQuoted } from '../sql/reads-only.js';
import type { Statement } from '../sql/statement.js';
import { statement } from '../sql/statement.js';
import { type Request, rowsFromJson, rowsToJson } from './messages.js';
import { type MigrationBundle, pending } from './migrations.js';

/** A connection to SQLite in a worker, which answers at once. */
export interface WorkerConnection {
  /** Runs one statement and returns its rows, each as an array of its values. */
  execute(sql: string, args: readonly unknown[]): unknown[][];
  /** Whether a transaction is open: the opposite of `sqlite3_get_autocommit()`. */
  isInTransaction(): boolean;
}

/** The statements of tabs on a connection. A write is noted with its answer, in the same transaction. */
export class WorkerDatabase {
  constructor(readonly connection: WorkerConnection) {}

  /** @param tabs those that are open. */
  prepare(tabs: readonly string[]): void {
    // Some builds of SQLite have foreign keys switched off, and Drizzle declares them.
    this.connection.execute('PRAGMA foreign_keys = ON', []);
    this.#atomic('write', [CREATE_ANSWERED, forgetOtherTabs(JSON.stringify(tabs))]);
  }

  /** A tab that is closed asks for no answer again. */
  forget(tab: string): void {
    this.#run(forgetAnswers(tab, Number.MAX_SAFE_INTEGER));
  }

  get isInTransaction(): boolean {
    return this.connection.isInTransaction();
  }

  /** Runs the migrations that were not run. Returns whether there were any. */
  migrate(bundle: MigrationBundle): boolean {
    const [, columns = [], applied = []] = this.#atomic('write', [
      createJournal(bundle.hasNames),
      JOURNAL_COLUMNS,
      READ_JOURNAL,
    ]);
    const names = bundle.hasNames ? nameColumns(columns) : [];
    if (names.length > 0) this.#atomic('write', names);
    const missing = pending(bundle, applied);
    if (missing.length === 0) return false;
    // As Drizzle's migrators do: a table that is rebuilt must not take along what refers to it.
    this.connection.execute('PRAGMA foreign_keys = OFF', []);
    try {
      for (const statements of missing) this.#atomic('write', statements);
    } finally {
      this.connection.execute('PRAGMA foreign_keys = ON', []);
    }
    return true;
  }

  /** What was answered to a write that is committed; undefined if it was not committed. */
  answerTo({ tab, id }: Request): DriverRow[][] | undefined {
    const [row] = this.#run(findAnswer(tab, id));
    return row && rowsFromJson(String(row[0]));
  }

  /** Statements of which all are done or none. */
  batch(request: Request, statements: readonly Statement[], mode: 'read' | 'write'): DriverRow[][] {
    if (mode === 'read') return this.#atomic(mode, statements);
    return this.#atomic(mode, statements, (results) => this.#remember(request, results));
  }

  /** A statement outside of a transaction, which is its own. */
  single(request: Request, one: Statement): DriverRow[][] {
    return readsOnly(one.sql) || needsNoTransaction(one.sql)
      ? [this.#run(one)]
      : this.batch(request, [one], 'write');
  }

  /** A statement in the transaction of a tab. */
  inTransaction(request: Request, one: Statement): DriverRow[][] {
    if (isCommit(one.sql)) this.#remember(request, [[]]);
    return [this.#run(one)];
  }

  rollBack(): void {
    if (this.isInTransaction) this.connection.execute('ROLLBACK', []);
  }

  #run({ sql, args }: Statement): DriverRow[] {
    return this.connection.execute(sql, args) as DriverRow[];
  }

  #atomic(
    mode: 'read' | 'write',
    statements: readonly Statement[],
    beforeCommit: (results: DriverRow[][]) => void = () => {},
  ): DriverRow[][] {
    this.#run(statement(begin(mode)));
    try {
      const results = statements.map((one) => this.#run(one));
      beforeCommit(results);
      this.#run(statement('COMMIT'));
      return results;
    } catch (error) {
      this.rollBack();
      throw error;
    }
  }

  #remember({ tab, id, answeredBefore }: Request, results: DriverRow[][]): void {
    this.#run(forgetAnswers(tab, answeredBefore));
    this.#run(rememberAnswer(tab, id, rowsToJson(results)));
  }
}

/** Statements that SQLite does not run in a transaction, or that mean something else there. */
const needsNoTransaction = (sql: string) =>
  /^(?:vacuum|pragma|attach|detach)\b/i.test(withoutQuoted(sql).trimStart());

export const isBegin = (sql: string) => /^\s*begin\b/i.test(sql);
export const isCommit = (sql: string) => /^\s*(?:commit|end)\b/i.test(sql);
export const isRollback = (sql: string) => /^\s*rollback\s*(?:transaction\s*)?;?\s*$/i.test(sql);
