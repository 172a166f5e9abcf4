import { sql } from 'drizzle-orm';
import { explained, explainedNow } from '../database/database-errors.js';
import type { DriftCheck } from '../database/drift.js';
import type { AsyncEngine, Engine, SyncEngine } from '../engines/engine.js';
import { CrrUsageError } from '../errors.js';
import type { WriteListeners } from '../live/writes.js';
import { readsOnly } from '../sql/reads-only.js';
import { PIN_SQL, UNPIN_SQL } from '../tables/state/table.js';
import { asyncTransaction, isPromise } from './async-in-sync.js';
import { checkedSession } from './checked-session.js';
import type { Crr } from './crr.js';
import type { CrrDatabase } from './crr-database.js';
import { type NotedTransactions, notedTransaction } from './noted-transaction.js';

/** The members of a Drizzle database that are used here; structural, since classes differ between Drizzle's lines. */
interface DrizzleDatabase {
  transaction(run: (tx: never) => unknown, config?: never): unknown;
  /** Only some drivers have it. */
  batch?(items: never): Promise<unknown>;
  run(query: never): unknown;
}

export interface PinParts {
  readonly $crr: Crr;
  readonly drift: DriftCheck;
  readonly engine: Engine;
  readonly writes: WriteListeners;
  /** Gets the transactions of the database. */
  readonly transactions: NotedTransactions;
}

/**
 * The database with its methods inherited, so that everything else is Drizzle's own. Transactions
 * and batches run Drizzle's methods with the pin's two statements around the user's.
 */
export function pinned<TDatabase extends object>(
  db: TDatabase,
  parts: PinParts,
): TDatabase & CrrDatabase {
  const { $crr } = parts;
  const { session } = db as { session?: object };
  const waiting = session === undefined ? db : onSession(db, checkedSession(session, parts));
  const plain = waiting as TDatabase & DrizzleDatabase;
  const { batch } = plain;
  const transaction = transactionOf(plain, db as DrizzleDatabase, parts);
  parts.transactions.run = (note, run) =>
    transaction(notedTransaction(note, run, parts.engine.kind === 'sync') as never);
  const { drift, engine } = parts;
  const own = engine.kind === 'async' && engine.exclusively !== undefined;
  parts.transactions.draft = async (steps, run) => {
    const { draftTransactions } = await import('./draft-transactions.js');
    return draftTransactions(own ? (db as DrizzleDatabase) : plain, engine, drift)(steps, run);
  };
  return Object.create(plain, {
    $crr: { value: $crr, enumerable: true },
    '~withCrr': { value: true },
    transaction: { value: transaction, enumerable: true },
    ...(batch && {
      batch: { value: pinnedBatch(plain, batch.bind(plain), parts), enumerable: true },
    }),
  });
}

/** @param own the database that Drizzle made, whose statements do not take turns. */
function transactionOf(plain: DrizzleDatabase, own: DrizzleDatabase, parts: PinParts) {
  const { engine } = parts;
  if (engine.transactions === 'batch') return () => refuseTransaction(engine);
  if (engine.kind === 'sync') return transactionNow(plain, parts, engine);
  const { exclusively } = engine;
  if (exclusively === undefined) return pinnedTransaction(plain, parts);
  return pinnedTransaction(own, parts, exclusively);
}

/** The database on another session, its relational queries included: those keep a session of their own. */
function onSession<TDatabase extends object>(db: TDatabase, session: object): TDatabase {
  const own = { value: session, enumerable: true };
  const { query } = db as { query?: Readonly<Record<string, object>> };
  const queries = Object.entries(query ?? {}).map(([name, builder]) => [
    name,
    Object.create(builder, { session: own }),
  ]);
  return Object.create(db, {
    session: own,
    ...(query && { query: { value: Object.fromEntries(queries), enumerable: true } }),
  });
}

/** Only the outermost transaction pins: a nested one is a savepoint in the same db_version. */
function pinnedTransaction(
  db: DrizzleDatabase,
  { drift, writes }: PinParts,
  exclusively: AsyncEngine['exclusively'] = (run) => run(),
) {
  return async (run: (tx: DrizzleDatabase) => Promise<unknown>, config?: never) => {
    const body = async (tx: DrizzleDatabase) => {
      await explained(() => tx.run(PIN));
      const result = await run(tx);
      await tx.run(UNPIN);
      return result;
    };
    await drift.pass();
    const result = await explained(() =>
      exclusively(async () => db.transaction(body as never, config as never)),
    );
    writes.emit({});
    return result;
  };
}

/**
 * The transaction of a driver that answers at once. It is over when the function returns, so what comes after an
 * `await` in it would be written outside of it, and Drizzle refuses that on one driver only.
 */
function transactionNow(db: DrizzleDatabase, { drift, writes }: PinParts, engine: SyncEngine) {
  return (run: (tx: DrizzleDatabase) => unknown, config?: never) => {
    // Before it is called: the rest of it would write even after an error.
    if (run.constructor.name === 'AsyncFunction') throw asyncTransaction(engine);
    drift.passNow(engine);
    const result = explainedNow(() =>
      db.transaction(
        ((tx: DrizzleDatabase) => {
          tx.run(PIN);
          const result = run(tx);
          if (isPromise(result)) throw asyncTransaction(engine);
          tx.run(UNPIN);
          return result;
        }) as never,
        config as never,
      ),
    );
    writes.emit({});
    return result;
  };
}

function pinnedBatch(
  db: DrizzleDatabase,
  batch: (items: never) => Promise<unknown>,
  { drift, engine, writes }: PinParts,
) {
  const exclusively = engine.kind === 'async' ? engine.exclusively : undefined;
  const inTurn = (items: readonly unknown[]) =>
    exclusively ? exclusively(() => batch(items as never)) : batch(items as never);
  return async (items: readonly object[]) => {
    if (items.length === 0) return [];
    if (items.every(isRead)) return inTurn(items);
    // Whether the application's function takes it back as a whole is not known; a pin must not stay.
    if (exclusively) throw uncertainBatch(engine);
    await drift.pass();
    const all = [db.run(PIN), ...items, db.run(UNPIN)];
    const results = (await explained(() => inTurn(all))) as unknown[];
    writes.emit({});
    return results.slice(1, -1);
  };
}

const uncertainBatch = ({ name }: Engine) =>
  new CrrUsageError(
    'CRR_USAGE_DRIVER',
    `on ${name} a batch need not be all or nothing: use db.transaction()`,
  );

async function refuseTransaction({ name }: Engine): Promise<never> {
  throw new CrrUsageError(
    'CRR_USAGE_DRIVER',
    `${name} has no interactive transactions: use db.batch([...]), which runs all of its statements or none`,
  );
}

const PIN = sql.raw(PIN_SQL) as never;
const UNPIN = sql.raw(UNPIN_SQL) as never;

/** A batch that only reads must not write a pin. */
function isRead(item: object): boolean {
  const { _prepare: prepare } = item as { _prepare?(): { getQuery(): { readonly sql: string } } };
  return prepare !== undefined && readsOnly(prepare.call(item).getQuery().sql);
}
