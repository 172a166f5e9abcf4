import type { LiveQuery } from '../live-queries/live-query.js';

/** How long a first result is kept for a component that may never be mounted. */
const GRACE_MS = 5_000;

interface Waiting {
  readonly query: LiveQuery<unknown>;
  readonly ready: Promise<void>;
  readonly release: () => void;
}

/** Queries for which components wait, by database: React forgets a component that suspends before it was mounted. */
const waiting = new WeakMap<object, Map<string, Waiting>>();

/** The query that was begun for an equal one. */
export function begun<T>(db: object, key: string): LiveQuery<T> | undefined {
  return waiting.get(db)?.get(key)?.query as LiveQuery<T> | undefined;
}

/** Begins a query, and returns a promise that is fulfilled when there is a result or an error. */
export function begin(db: object, key: string, query: LiveQuery<unknown>): Promise<void> {
  const ofDatabase = waiting.get(db) ?? new Map<string, Waiting>();
  waiting.set(db, ofDatabase);
  const known = ofDatabase.get(key);
  if (known !== undefined) return known.ready;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unsubscribe = () => {};
  const release = () => {
    clearTimeout(timer);
    unsubscribe();
    ofDatabase.delete(key);
  };
  const ready = new Promise<void>((resolve) => {
    unsubscribe = query.subscribe(() => {
      if (timer !== undefined || query.getSnapshot().status === 'loading') return;
      timer = setTimeout(release, GRACE_MS);
      resolve();
    });
  });
  ofDatabase.set(key, { query, ready, release });
  return ready;
}

/** A component is mounted, and subscribes itself. */
export function release(db: object, key: string): void {
  waiting.get(db)?.get(key)?.release();
}
