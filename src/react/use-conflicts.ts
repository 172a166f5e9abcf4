import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { useMemo } from 'react';
import type { Conflict } from '../drizzle/conflict.js';
import type { LiveSnapshot } from '../live-queries/entry.js';
import { hubOf, liveStore } from '../live-queries/live-query.js';
import { familyOf } from '../model/constraints.js';
import { useCrr } from './provider.js';
import { useStore } from './use-store.js';

/**
 * The conflicts of a table, as `$crr.conflicts(table)` gives them, up to date while the component is mounted.
 *
 * @example
 * const { data: conflicts = [] } = useConflicts(cards);
 */
export function useConflicts<TTable extends SQLiteTable>(
  table: TTable,
): LiveSnapshot<Conflict<TTable>[]> {
  const { db } = useCrr('useConflicts()');
  const store = useMemo(() => {
    const hub = hubOf(db);
    const name = getTableName(table);
    const family = familyOf(hub.internals.schema, name);
    const crrs = new Map(family.map((member) => [member, 'all'] as const));
    return liveStore<Conflict<TTable>[]>(hub, `conflicts ${name}`, {
      readSet: async () => ({ crrs, plain: [], isUnknown: false }),
      run: () => db.$crr.conflicts(table),
    });
  }, [db, table]);
  return useStore(store);
}
