import type { SQL } from 'drizzle-orm';
import type { CrrDatabase } from '../drizzle/crr-database.js';
import { internalsOf } from '../drizzle/internals.js';
import { versionWatchOf } from '../live/version-watch.js';
import { optionsOf, requireOptions, requireVersion } from '../model/options.js';
import { describe } from './described.js';
import { type Entry, type EntrySource, type LiveSnapshot, LOADING } from './entry.js';
import { Hub } from './hub.js';

/** What the function of a live query returns: a query of Drizzle's builders, or SQL. */
export type LiveSource = PromiseLike<unknown> | SQL;

/** The result of such a query. That of SQL is all of its rows. */
export type LiveResult<TSource> =
  TSource extends PromiseLike<infer Result>
    ? Result
    : TSource extends SQL<infer Row>
      ? Row[]
      : never;

/**
 * A query that is run again when a row that it may read has changed: an external store, as React, Svelte, Solid, Vue
 * and Angular take it.
 */
export interface LiveQuery<T> {
  /**
   * Runs the query, and calls the listener whenever {@link getSnapshot} gives something else than before. Nothing runs
   * while nobody subscribes.
   *
   * @returns the function that ends it.
   */
  subscribe(listener: () => void): () => void;
  /** What is known now. The same object until something changes. */
  getSnapshot(): LiveSnapshot<T>;
  /** Runs the query again, after a write that nobody can notice: see docs/live-queries.md. */
  refresh(): void;
}

/** Options of {@link liveQuery}. */
export interface LiveQueryOptions {
  /**
   * How often writes of other tabs and processes are looked for while somebody subscribes, in milliseconds. Writes of
   * this process are noticed at once. Default: 200.
   */
  readonly pollMs?: number | undefined;
}

const OPTIONS = optionsOf<LiveQueryOptions>({ pollMs: 'any' });
const POLL_MS = 200;

/**
 * Makes a live query. Queries with the same SQL and parameters share their runs and their result.
 *
 * @param db a database made by `withCrr`.
 * @param query returns a query: a select, a relational query, `db.$count()`, or SQL. It is called once.
 * @throws {CrrUsageError} CRR_USAGE_OPTION if it returns something else. Errors of the database are in the snapshot.
 *
 * @example
 * const open = liveQuery(db, (db) => db.select().from(todos).where(eq(todos.done, false)));
 * const unsubscribe = open.subscribe(() => render(open.getSnapshot().data));
 */
export function liveQuery<TDatabase extends CrrDatabase, TSource extends LiveSource>(
  db: TDatabase,
  query: (db: TDatabase) => TSource,
  options: LiveQueryOptions = {},
): LiveQuery<LiveResult<TSource>> {
  requireOptions('liveQuery()', options, OPTIONS);
  const { pollMs = POLL_MS } = options;
  requireVersion('liveQuery()', 'pollMs', pollMs, 1);
  const hub = hubOf(db);
  const { identity, sql, pin, run } = describe(db, query(db), hub.internals.schema);
  const readSet = async () => (await hub.catalog()).readSetOf(sql, pin);
  const source: EntrySource<unknown> = { readSet, run };
  return liveStore(hub, identity, source, pollMs) as LiveQuery<LiveResult<TSource>>;
}

/** A text that is the same for equal queries. */
export function keyOfQuery<TDatabase extends CrrDatabase>(
  db: TDatabase,
  query: (db: TDatabase) => LiveSource,
): string {
  const { identity, key } = describe(db, query(db), hubOf(db).internals.schema);
  return identity ?? key;
}

/** An entry of the hub as a store. Its last snapshot stays when nobody subscribes any more. */
export function liveStore<T>(
  hub: Hub,
  identity: string | undefined,
  source: EntrySource<T>,
  pollMs: number = POLL_MS,
): LiveQuery<T> {
  let own: Entry<T> | undefined;
  const current = () => hub.find<T>(identity) ?? own;
  return {
    subscribe(listener) {
      own = current() ?? hub.entry(identity, source, pollMs);
      return own.add(listener);
    },
    getSnapshot: () => current()?.snapshot ?? LOADING,
    refresh: () => current()?.refresh(),
  };
}

const hubs = new WeakMap<object, Hub>();

/** The hub of a database. */
export function hubOf({ $crr }: CrrDatabase): Hub {
  let hub = hubs.get($crr);
  if (hub === undefined) {
    hub = new Hub(
      internalsOf($crr),
      versionWatchOf($crr, () => $crr.version()),
    );
    hubs.set($crr, hub);
  }
  return hub;
}
