/** Follows live queries in tests. */
import { vi } from 'vitest';
import type { CrrDatabase } from '../../src/index.js';
import type { LiveQuery, LiveSnapshot } from '../../src/live-queries/index.js';
import { hubOf } from '../../src/live-queries/live-query.js';
import { closeLater } from '../support/closing.js';

/** Subscribes until the test ends. */
export function follow<T>(query: LiveQuery<T>) {
  const snapshots: LiveSnapshot<T>[] = [];
  const stop = query.subscribe(() => snapshots.push(query.getSnapshot()));
  closeLater(stop);
  return {
    snapshots,
    stop,
    get data(): T | undefined {
      return query.getSnapshot().data;
    },
    get error(): unknown {
      return query.getSnapshot().error;
    },
    /** Waits until there were so many notifications. */
    async count(n: number): Promise<LiveSnapshot<T>> {
      await vi.waitFor(
        () => {
          if (snapshots.length < n) {
            throw new Error(
              `${snapshots.length} notifications instead of ${n}: ${String(query.getSnapshot().error)}`,
            );
          }
        },
        { timeout: 5_000, interval: 2 },
      );
      return query.getSnapshot();
    },
  };
}

/** Waits for a look at the database that begins after this call, and what it starts. */
export async function settled(db: CrrDatabase): Promise<void> {
  hubOf(db).hint();
  await new Promise((resolve) => setTimeout(resolve, 60));
}
