import { startTimer } from '../live/timer.js';
import { readsOnly } from '../sql/reads-only.js';
import type { Answer, Ask, Request } from './messages.js';
import { plainError } from './messages.js';
import { isBegin, isCommit, isRollback, type WorkerDatabase } from './worker-database.js';

/** The transaction that a tab has open. */
interface Open {
  readonly tab: string;
  readonly number: number;
  /** When its last statement came, on the clock of `performance.now()`. */
  usedAt: number;
  /** Stops waiting for the end of the tab. */
  readonly forget: () => void;
}

export interface TurnsOptions {
  readonly database: WorkerDatabase;
  /** How long a tab waits for the transaction of another one, in milliseconds. */
  readonly busyTimeout: number;
  /** Calls back when a tab is closed. Returns the function that ends the wait. */
  readonly whenClosed: (tab: string, run: () => void) => () => void;
  readonly answer: (tab: string, answer: Answer) => void;
  /** Called when a tab is closed: it gets no more answers. */
  readonly onClosed: (tab: string) => void;
  /** Called after a write was committed. */
  readonly onWritten: () => void;
}

/**
 * Who may use the connection. Requests are done in the order in which they come; while a tab has a transaction open, only
 * its own are, and the others wait.
 */
export class Turns {
  readonly #waiting: Request[] = [];
  /** Requests that were taken, by tab: a tab repeats what may have been lost. */
  readonly #taken = new Map<string, Set<number>>();
  /** Closed tabs whose answers are stored until no transaction is open. */
  readonly #closed = new Set<string>();
  #open: Open | undefined;

  constructor(readonly options: TurnsOptions) {}

  take(request: Request): void {
    const { tab, id, answeredBefore } = request;
    const taken = this.#takenOf(tab);
    for (const other of taken) if (other < answeredBefore) taken.delete(other);
    if (taken.has(id)) {
      this.#answerAgain(request);
      return;
    }
    taken.add(id);
    this.#waiting.push(request);
    this.#run();
    if (this.#waiting.includes(request)) {
      startTimer(() => this.#loseBusy(request), this.options.busyTimeout);
    }
  }

  #takenOf(tab: string): Set<number> {
    const known = this.#taken.get(tab);
    if (known !== undefined) return known;
    const taken = new Set<number>();
    this.#taken.set(tab, taken);
    this.options.whenClosed(tab, () => {
      this.#taken.delete(tab);
      this.options.onClosed(tab);
      this.#closed.add(tab);
      this.#forgetClosed();
    });
    return taken;
  }

  /** Not in the transaction of another tab, which may be rolled back. */
  #forgetClosed(): void {
    if (this.#open !== undefined) return;
    for (const tab of this.#closed) this.options.database.forget(tab);
    this.#closed.clear();
  }

  /** The answer may be lost: a tab hears nothing while it is frozen. */
  #answerAgain(request: Request): void {
    const { database, answer } = this.options;
    const { tab, id, transaction, ask } = request;
    if (this.#waiting.some((one) => one.tab === tab && one.id === id)) return;
    const reads =
      ask.type === 'open' ||
      (ask.type === 'batch' && ask.mode === 'read') ||
      (ask.type === 'query' && transaction === undefined && readsOnly(ask.statement.sql));
    if (reads) {
      this.#waiting.push(request);
      this.#run();
      return;
    }
    const results = database.answerTo(request);
    answer(tab, results ? { id, results } : { id, error: plainError(lostTransaction()) });
  }

  #run(): void {
    for (;;) {
      const open = this.#open;
      const next = open ? this.#waiting.findIndex(({ tab }) => tab === open.tab) : 0;
      const request = next < 0 ? undefined : this.#waiting.splice(next, 1).at(0);
      if (request === undefined) return;
      const { tab, id } = request;
      try {
        this.options.answer(tab, { id, results: this.#perform(request) });
      } catch (error) {
        this.options.answer(tab, { id, error: plainError(error) });
      }
    }
  }

  #perform(request: Request) {
    const { database, onWritten } = this.options;
    const { ask } = request;
    const known = request.isRepeated ? database.answerTo(request) : undefined;
    if (known !== undefined) {
      // Whoever did it may not have told.
      onWritten();
      return known;
    }
    switch (ask.type) {
      case 'open':
        if (ask.bundle !== undefined && database.migrate(ask.bundle)) onWritten();
        return [];
      case 'batch': {
        const results = database.batch(request, ask.statements, ask.mode);
        if (ask.mode === 'write') onWritten();
        return results;
      }
      case 'query':
        return this.#query(request, ask);
    }
  }

  #query(request: Request, { statement }: Extract<Ask, { readonly type: 'query' }>) {
    const { database, onWritten, whenClosed } = this.options;
    const { tab, transaction } = request;
    if (transaction === undefined) {
      const results = database.single(request, statement);
      if (!readsOnly(statement.sql)) onWritten();
      return results;
    }
    if (isBegin(statement.sql)) {
      const results = database.inTransaction(request, statement);
      const forget = whenClosed(tab, () => this.#end(tab, transaction));
      this.#open = { tab, number: transaction, usedAt: performance.now(), forget };
      return results;
    }
    const open = this.#open;
    if (open === undefined || open.number !== transaction) {
      if (isRollback(statement.sql)) return [[]];
      throw lostTransaction();
    }
    open.usedAt = performance.now();
    try {
      return database.inTransaction(request, statement);
    } finally {
      // SQLite itself takes some transactions back.
      if (!database.isInTransaction) {
        this.#close(open);
        if (isCommit(statement.sql)) onWritten();
      }
    }
  }

  #close(open: Open): void {
    open.forget();
    this.#open = undefined;
    this.#forgetClosed();
  }

  /** Takes a transaction back whose tab is closed, or has forgotten it. */
  #end(tab: string, number: number): void {
    const open = this.#open;
    if (open?.tab !== tab || open.number !== number) return;
    this.options.database.rollBack();
    this.#close(open);
    this.#run();
  }

  /** The request has waited for as long as it may. */
  #loseBusy(request: Request): void {
    const at = this.#waiting.indexOf(request);
    const open = this.#open;
    if (at < 0) return;
    if (open !== undefined && performance.now() - open.usedAt >= this.options.busyTimeout) {
      this.#end(open.tab, open.number);
      return;
    }
    this.#waiting.splice(at, 1);
    const error = { message: 'database is locked', code: 'SQLITE_BUSY' };
    this.options.answer(request.tab, { id: request.id, error });
  }
}

const lostTransaction = () =>
  Object.assign(
    new Error(
      'the tab that had the database was closed in the middle of this transaction, or it was idle for too long, so it was rolled back: run it again',
    ),
    { code: 'CRR_DATABASE_TRANSACTION_LOST' },
  );
