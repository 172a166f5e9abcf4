import { sql } from 'drizzle-orm';
import { explained } from '../database/database-errors.js';
import type { DriftCheck } from '../database/drift.js';
import type { AsyncEngine } from '../engines/engine.js';
import { CrrUsageError } from '../errors.js';
import { readsOnly } from '../sql/reads-only.js';
import { PIN_SQL, UNPIN_SQL } from '../tables/state/table.js';
import type { Crr } from './crr.js';
import type { CrrDatabase } from './crr-database.js';
import { checkedSession } from './checked-session.js';

/** The members of a Drizzle database that are used here; structural, since classes differ between Drizzle's lines. */
interface DrizzleDatabase {
  transaction(run: (tx: never) => Promise<unknown>, config?: never): Promise<unknown>;
  batch(items: never): Promise<unknown>;
  run(query: never): unknown;
}

export interface PinParts {
  readonly $crr: Crr;
  readonly drift: DriftCheck;
  readonly engine: AsyncEngine;
}

/**
 * The database with its methods inherited, so that everything else is Drizzle's own. Transactions
 * and batches run Drizzle's methods with the pin's two statements around the user's.
 */
export function pinned<TDatabase extends object>(
  db: TDatabase,
  { $crr, drift, engine }: PinParts,
): TDatabase & CrrDatabase {
  const { session } = db as { session?: object };
  const waiting = session === undefined ? db : onSession(db, checkedSession(session, engine.client, drift));
  const plain = waiting as TDatabase & DrizzleDatabase;
  const transaction =
    engine.transactions === 'interactive'
      ? pinnedTransaction(plain, drift)
      : () => refuseTransaction(engine);
  return Object.create(plain, {
    $crr: { value: $crr, enumerable: true },
    '~withCrr': { value: true },
    transaction: { value: transaction, enumerable: true },
    batch: { value: pinnedBatch(plain, drift), enumerable: true },
  });
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

function pinnedTransaction(db: DrizzleDatabase, drift: DriftCheck) {
  return async (run: (tx: DrizzleDatabase) => Promise<unknown>, config?: never) => {
    // Only the outermost transaction pins: a nested one is a savepoint in the same db_version.
    const body = async (tx: DrizzleDatabase) => {
      await explained(() => tx.run(PIN));
      const result = await run(tx);
      await tx.run(UNPIN);
      return result;
    };
    await drift.pass();
    return explained(() => db.transaction(body as never, config as never));
  };
}

function pinnedBatch(db: DrizzleDatabase, drift: DriftCheck) {
  return async (items: readonly object[]) => {
    if (items.every(isRead)) return db.batch(items as never);
    await drift.pass();
    const all = [db.run(PIN), ...items, db.run(UNPIN)];
    const results = (await explained(() => db.batch(all as never))) as unknown[];
    return results.slice(1, -1);
  };
}

async function refuseTransaction({ name }: AsyncEngine): Promise<never> {
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
