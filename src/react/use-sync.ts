import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { CrrDatabase } from '../drizzle/crr-database.js';
import type { UnsentRow } from '../drizzle/unsent.js';
import type { CrrSyncError } from '../errors.js';
import { hubOf, type LiveQuery, liveStore } from '../live-queries/live-query.js';
import type { Sync } from '../sync/client/client.js';
import type { SyncPhase } from '../sync/client/machine.js';
import type { SyncProgress } from '../sync/client/result.js';
import { useCrr, useSyncOf } from './provider.js';
import { useStore } from './use-store.js';

/** What {@link useSync} returns. */
export interface SyncState {
  /** The state of the continuous sync. */
  readonly phase: SyncPhase;
  /** How far the sync that is under way has got; undefined if none is. */
  readonly progress: SyncProgress | undefined;
  /** Why the last sync failed; undefined if it did not. */
  readonly error: CrrSyncError | undefined;
  /** What is not synced yet; undefined until it was read. */
  readonly unsent: readonly UnsentRow[] | undefined;
}

/** Options of {@link useSync}. */
export interface UseSyncOptions {
  /** The most rows in `unsent`. Default: 100. */
  readonly limit?: number | undefined;
}

/**
 * How the sync of the provider is, and what is not sent yet.
 *
 * @throws {CrrUsageError} CRR_USAGE_PROVIDER if the provider has no `sync`.
 *
 * @example
 * const { phase, progress, unsent } = useSync();
 */
export function useSync({ limit = 100 }: UseSyncOptions = {}): SyncState {
  const { db } = useCrr('useSync()');
  const sync = useSyncOf('useSync()');
  const { subscribe, getSnapshot } = storeOf(sync);
  const state = useSyncExternalStore(subscribe, getSnapshot, onServer);
  const rows = useMemo(() => unsentOf(db, sync, limit), [db, sync, limit]);
  const { data: unsent } = useStore(rows);
  useEffect(
    () =>
      sync.subscribe(({ type }) => {
        if (type === 'progress' || type === 'synced') rows.refresh();
      }),
    [sync, rows],
  );
  return useMemo(() => ({ ...state, unsent }), [state, unsent]);
}

type OwnState = Omit<SyncState, 'unsent'>;
const STOPPED: OwnState = { phase: 'stopped', progress: undefined, error: undefined };
const onServer = () => STOPPED;

/** A sync as an external store. */
interface SyncStore {
  subscribe(listener: () => void): () => void;
  getSnapshot(): OwnState;
}

const stores = new WeakMap<Sync, SyncStore>();

function storeOf(sync: Sync): SyncStore {
  let store = stores.get(sync);
  if (store === undefined) {
    store = newStore(sync);
    stores.set(sync, store);
  }
  return store;
}

function newStore(sync: Sync): SyncStore {
  let state = STOPPED;
  const set = (changes: Partial<OwnState>) => {
    state = { ...state, ...changes };
  };
  return {
    subscribe: (listener) =>
      sync.subscribe((event) => {
        if (event.type === 'progress') set({ progress: event.progress });
        else if (event.type === 'synced') set({ progress: undefined, error: undefined });
        else if (event.type === 'failed') set({ progress: undefined, error: event.error });
        else if (event.type !== 'phase') return;
        listener();
      }),
    getSnapshot() {
      if (state.phase !== sync.phase) set({ phase: sync.phase });
      return state;
    },
  };
}

function unsentOf(db: CrrDatabase, sync: Sync, limit: number): LiveQuery<UnsentRow[]> {
  const hub = hubOf(db);
  const crrs = new Map(
    [...hub.internals.schema.tables.keys()].map((name) => [name, 'all'] as const),
  );
  return liveStore<UnsentRow[]>(hub, undefined, {
    readSet: async () => ({ crrs, plain: [], isUnknown: false }),
    run: () => sync.unsent({ limit }),
  });
}
