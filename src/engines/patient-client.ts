import { readsOnly } from '../sql/reads-only.js';
import { busyError, isBusy, Patience } from './busy.js';
import {
  type LibsqlClient,
  type LibsqlMode,
  type LibsqlResult,
  type LibsqlStatement,
  type LibsqlTransaction,
  overriding,
} from './libsql-client.js';
import { readBatch } from './libsql-replica.js';
import { WriteQueue } from './write-queue.js';

/** Statements that may run in a transaction, and that have to be committed. */
const COMMITTED = /^\s*(?:insert|update|delete|replace|with|create|alter|drop)\b/i;

/**
 * What the users of one client share: the order of its writers, and the state of its connections.
 *
 * The driver does not finalize a statement that has failed with SQLITE_BUSY (tursodatabase/libsql-client-ts
 * issues 288 and 352). SQLite takes it for one that is running, so the connection commits nothing any more:
 * later inserts are acknowledged and lost, transactions fail, and reads may see an old state, until V8
 * happens to collect the statement. Two rules keep clear of that:
 *
 * - Writes begin and commit by executeMultiple(), which finalizes its statements. So waiting for a lock
 *   leaves nothing behind. It begins with a COMMIT of nothing, which fails on a connection in that state,
 *   before anything is locked or written.
 * - After every other SQLITE_BUSY the client reconnects, so that no such connection is used again.
 */
class FileAccess {
  readonly #queue = new WriteQueue();
  /** Whether a connection may have a statement that was not finalized. */
  #isStuck = false;
  /** Transactions that read, which a reconnect would close. */
  #readers = 0;
  #isInMemory: Promise<boolean> | undefined;

  constructor(readonly client: LibsqlClient) {}

  /** Reads never wait for a transaction of this process, unless the database has a single connection. */
  async read<T>(patience: Patience, run: () => Promise<T>): Promise<T> {
    if (this.#isStuck) await this.#repairInTurn(patience);
    for (;;) {
      try {
        return await run();
      } catch (error) {
        const hasOneConnection = codeOf(error) === 'TRANSACTION_ACTIVE';
        if (!hasOneConnection && !this.#isWorthRetrying(error)) throw error;
        // When it is this one's turn, no transaction is open.
        await this.#repairInTurn(patience);
        if (!hasOneConnection) await patience.beforeNext(error);
      }
    }
  }

  /** Writes run one after the other, and wait for an open transaction of this process. */
  async write(
    patience: Patience,
    run: (tx: LibsqlTransaction) => Promise<LibsqlResult[]>,
  ): Promise<LibsqlResult[]> {
    const tx = await this.begin(patience, 'write');
    try {
      const results = await run(tx);
      await tx.commit();
      return results;
    } finally {
      tx.close();
    }
  }

  /** A write that is no transaction of this class. If it fails half way, it is not known what to repeat. */
  async other<T>(patience: Patience, mayRepeat: boolean, run: () => Promise<T>): Promise<T> {
    const leave = await this.#queue.enter(patience);
    try {
      for (;;) {
        try {
          await this.#repair();
          return await run();
        } catch (error) {
          if (!this.#isWorthRetrying(error)) throw error;
          await this.#repair();
          if (!mayRepeat) throw busyError(error);
          await patience.beforeNext(error);
        }
      }
    } finally {
      leave();
    }
  }

  async begin(patience: Patience, mode: LibsqlMode): Promise<LibsqlTransaction> {
    if (mode === 'read') {
      const tx = await this.read(patience, () => this.client.transaction(mode));
      this.#readers++;
      return this.#ending(tx, patience.ms, () => this.#readers--);
    }
    const leave = await this.#queue.enter(patience);
    try {
      for (;;) {
        try {
          await this.#repair();
          return this.#ending(await this.#beginWrite(), patience.ms, leave);
        } catch (error) {
          if (!this.#isWorthRetrying(error, false)) throw error;
          await patience.beforeNext(error);
        }
      }
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #beginWrite(): Promise<LibsqlTransaction> {
    const { client } = this;
    // Nobody else can lock a database in memory.
    if (await this.isInMemory()) return client.transaction('write');
    const tx = await client.transaction('deferred');
    try {
      await tx.executeMultiple('COMMIT; BEGIN IMMEDIATE');
      return tx;
    } catch (error) {
      if (/statements in progress/.test(String(error))) this.#isStuck = true;
      tx.close();
      throw error;
    }
  }

  isInMemory(): Promise<boolean> {
    this.#isInMemory ??= this.client
      .execute({ sql: 'PRAGMA database_list', args: [] })
      .then(({ rows }) => rows.every(({ 2: file }) => file === '' || file === null));
    // What went wrong may be over at the next attempt.
    this.#isInMemory.catch(() => {
      this.#isInMemory = undefined;
    });
    return this.#isInMemory;
  }

  /** @param isUnfinished whether the failed statement was not finalized. */
  #isWorthRetrying(error: unknown, isUnfinished = true): boolean {
    if (isBusy(error)) {
      this.#isStuck ||= isUnfinished;
      return true;
    }
    // A reconnect came between the start of an operation and its first statement.
    return codeOf(error) === 'CLIENT_CLOSED' && this.client.closed !== true;
  }

  async #repairInTurn(patience: Patience): Promise<void> {
    const leave = await this.#queue.enter(patience);
    try {
      await this.#repair();
    } finally {
      leave();
    }
  }

  /** To be called only in a turn, when no transaction writes. */
  async #repair(): Promise<void> {
    const { client } = this;
    if (!this.#isStuck || this.#readers > 0 || client.reconnect === undefined) return;
    // A database in memory would be gone.
    if (!(await this.isInMemory())) await client.reconnect();
    this.#isStuck = false;
  }

  /** The transaction, which ends its turn when it ends. */
  #ending(tx: LibsqlTransaction, ms: number, leave: () => void): LibsqlTransaction {
    let isOver = false;
    const end = (close: () => void) => {
      if (isOver) return;
      isOver = true;
      try {
        close();
      } finally {
        leave();
      }
    };
    const run = async <T>(statement: () => Promise<T>): Promise<T> => {
      try {
        return await statement();
      } catch (error) {
        if (!isBusy(error)) throw error;
        this.#isStuck = true;
        throw busyError(error);
      }
    };
    return overriding(tx, {
      execute: (statement) => run(() => tx.execute(statement)),
      batch: (statements) => run(() => tx.batch(statements)),
      executeMultiple: (sql) => run(() => tx.executeMultiple(sql)),
      commit: async () => {
        try {
          await this.#commit(tx, new Patience(ms));
        } finally {
          end(() => tx.close());
        }
      },
      rollback: async () => {
        if (isOver) return;
        try {
          await tx.rollback();
        } finally {
          end(() => {});
        }
      },
      close: () => end(() => tx.close()),
    });
  }

  /** The driver's commit() gives the transaction up if others still read. */
  async #commit(tx: LibsqlTransaction, patience: Patience): Promise<void> {
    for (;;) {
      try {
        return await tx.executeMultiple('COMMIT');
      } catch (error) {
        if (!isBusy(error) || this.#isStuck) throw error;
        await patience.beforeNext(error);
      }
    }
  }
}

const codeOf = (error: unknown) => (error as { readonly code?: unknown } | null)?.code;

const accesses = new WeakMap<LibsqlClient, FileAccess>();

function accessOf(client: LibsqlClient): FileAccess {
  let access = accesses.get(client);
  if (access === undefined) {
    access = new FileAccess(client);
    accesses.set(client, access);
  }
  return access;
}

/**
 * The client of a database in this process, except that its operations wait for a busy database, and that a
 * write that it acknowledges is committed.
 *
 * @param ms how long they wait.
 */
export function patientClient(client: LibsqlClient, ms: number): LibsqlClient {
  const access = accessOf(client);
  const sqlOf = (statement: LibsqlStatement) =>
    typeof statement === 'string' ? statement : statement.sql;
  const batch: LibsqlClient['batch'] = (statements, mode = 'deferred') => {
    const isRead =
      mode === 'read' || (mode === 'deferred' && statements.every((one) => readsOnly(sqlOf(one))));
    return isRead
      ? access.read(new Patience(ms), () => readBatch(client, statements, mode))
      : writeBatch(statements);
  };
  const writeBatch = async (statements: Parameters<LibsqlClient['batch']>[0]) => {
    const patience = new Patience(ms);
    if (await access.isInMemory()) {
      return access.other(patience, true, () => client.batch(statements, 'write'));
    }
    return access.write(patience, (tx) => tx.batch(statements));
  };
  const execute = async (given: LibsqlStatement, args?: unknown): Promise<LibsqlResult> => {
    const statement = typeof given === 'string' ? { sql: given, args: args ?? [] } : given;
    const patience = new Patience(ms);
    const run = () => client.execute(statement);
    if (readsOnly(statement.sql)) return access.read(patience, run);
    if (!COMMITTED.test(statement.sql) || (await access.isInMemory())) {
      return access.other(patience, true, run);
    }
    const [result] = await access.write(patience, async (tx) => [await tx.execute(statement)]);
    return result!;
  };
  return overriding(client, {
    execute,
    batch,
    transaction: (mode = 'write') => access.begin(new Patience(ms), mode),
    executeMultiple: (sql) =>
      access.other(new Patience(ms), false, () => client.executeMultiple(sql)),
    ...(client.migrate && {
      migrate: (statements) =>
        access.other(new Patience(ms), true, () => client.migrate!(statements)),
    }),
  });
}
