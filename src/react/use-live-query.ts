import { useEffect, useMemo } from 'react';
import type { CrrDatabase } from '../drizzle/crr-database.js';
import type { LiveSnapshot } from '../live-queries/entry.js';
import {
  keyOfQuery,
  type LiveQueryOptions,
  type LiveResult,
  type LiveSource,
  liveQuery,
} from '../live-queries/live-query.js';
import { useCrr } from './provider.js';
import { begin, begun, release } from './suspended.js';
import { useStore } from './use-store.js';

/** Options of {@link useLiveQuery}. */
export interface UseLiveQueryOptions extends LiveQueryOptions {
  /**
   * Suspends until there is a result, and returns it; errors are thrown to the nearest error boundary. Default:
   * false, which returns a snapshot with a status.
   */
  readonly suspense?: boolean | undefined;
}

/**
 * A live query as long as the component is mounted. The function may be another one in each render: what counts is the
 * SQL and the parameters of the query that it returns.
 *
 * @throws {CrrUsageError} CRR_USAGE_PROVIDER outside of a {@link CrrProvider}.
 *
 * @example
 * const { status, data, error } = useLiveQuery((db: Database) => db.select().from(todos));
 * const rows = useLiveQuery((db: Database) => db.select().from(todos), { suspense: true });
 */
export function useLiveQuery<TDatabase extends CrrDatabase, TSource extends LiveSource>(
  query: (db: TDatabase) => TSource,
  options: UseLiveQueryOptions & { readonly suspense: true },
): LiveResult<TSource>;
export function useLiveQuery<TDatabase extends CrrDatabase, TSource extends LiveSource>(
  query: (db: TDatabase) => TSource,
  options?: UseLiveQueryOptions & { readonly suspense?: false | undefined },
): LiveSnapshot<LiveResult<TSource>>;
export function useLiveQuery<TDatabase extends CrrDatabase, TSource extends LiveSource>(
  query: (db: TDatabase) => TSource,
  { suspense = false, ...options }: UseLiveQueryOptions = {},
): LiveSnapshot<LiveResult<TSource>> | LiveResult<TSource> {
  const { db } = useCrr('useLiveQuery()');
  const key = keyOfQuery(db as TDatabase, query);
  const { pollMs } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the query
  const store = useMemo(
    () => begun<LiveResult<TSource>>(db, key) ?? liveQuery(db as TDatabase, query, { pollMs }),
    [db, key, pollMs],
  );
  const snapshot = useStore(store);
  useEffect(() => release(db, key), [db, key]);
  if (!suspense) return snapshot;
  if (snapshot.status === 'loading') throw begin(db, key, store);
  if (snapshot.status === 'failed') throw snapshot.error;
  return snapshot.data;
}
