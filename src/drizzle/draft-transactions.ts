import { explained, explainedNow } from '../database/database-errors.js';
import type { DraftTransaction } from '../database/draft-transaction.js';
import type { DriftCheck } from '../database/drift.js';
import { take, takeNow } from '../database/run.js';
import type { AsyncEngine, Engine, SyncEngine } from '../engines/engine.js';
import { asyncTransaction, isPromise } from './async-in-sync.js';
import { type DrizzleTransaction, transactionConnection } from './transaction-connection.js';

/** Runs a function in a transaction of a draft. */
export type RunDraft = (steps: DraftTransaction, run: (tx: never) => unknown) => unknown;

interface Database {
  transaction(run: (tx: never) => unknown): unknown;
}

/** The error that takes the inner transaction back. */
const TAKEN_BACK = new Error('taken back');

/** The transactions of drafts: an inner one that is taken back, and the outer one that stores what it has written. */
export function draftTransactions(db: Database, engine: Engine, drift: DriftCheck): RunDraft {
  return engine.kind === 'sync' ? draftNow(db, engine, drift) : draftLater(db, engine, drift);
}

function draftLater(db: Database, engine: AsyncEngine, drift: DriftCheck): RunDraft {
  const exclusively: AsyncEngine['exclusively'] = engine.exclusively ?? ((run) => run());
  return async (steps, run) => {
    await drift.pass();
    const outer = async (tx: DrizzleTransaction) => {
      let result: unknown;
      const inner = async (nested: DrizzleTransaction) => {
        const connection = transactionConnection(nested, engine);
        await take(connection, steps.begin());
        result = await run(nested as never);
        await take(connection, steps.end());
        throw TAKEN_BACK;
      };
      try {
        await tx.transaction(inner as never);
      } catch (error) {
        if (error !== TAKEN_BACK) throw error;
      }
      await take(transactionConnection(tx, engine), steps.store());
      return result;
    };
    return explained(() => exclusively(async () => db.transaction(outer as never)));
  };
}

function draftNow(db: Database, engine: SyncEngine, drift: DriftCheck): RunDraft {
  return (steps, run) => {
    if (run.constructor.name === 'AsyncFunction') throw asyncTransaction(engine);
    drift.passNow(engine);
    const outer = (tx: DrizzleTransaction) => {
      let result: unknown;
      const inner = (nested: DrizzleTransaction) => {
        const connection = transactionConnection(nested, engine);
        takeNow(connection, steps.begin());
        result = run(nested as never);
        if (isPromise(result)) throw asyncTransaction(engine);
        takeNow(connection, steps.end());
        throw TAKEN_BACK;
      };
      try {
        tx.transaction(inner as never);
      } catch (error) {
        if (error !== TAKEN_BACK) throw error;
      }
      takeNow(transactionConnection(tx, engine), steps.store());
      return result;
    };
    return explainedNow(() => db.transaction(outer as never));
  };
}
