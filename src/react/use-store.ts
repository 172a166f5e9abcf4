import { useSyncExternalStore } from 'react';
import { type LiveSnapshot, LOADING } from '../live-queries/entry.js';
import type { LiveQuery } from '../live-queries/live-query.js';

/** What a server renders: nothing was run. */
const onServer = () => LOADING;

export function useStore<T>({ subscribe, getSnapshot }: LiveQuery<T>): LiveSnapshot<T> {
  return useSyncExternalStore(subscribe, getSnapshot, onServer);
}
