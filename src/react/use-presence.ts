import { useEffect, useSyncExternalStore } from 'react';
import type { PresentPeer } from '../sync/index.js';
import { useSyncOf } from './provider.js';

const NOBODY: readonly PresentPeer<never>[] = [];
const onServer = () => NOBODY;

/**
 * The others who are at work now, and what they show of it. With a state, this client shows it while the component is mounted;
 * without one, another component or `sync.presence.set()` may. One component at a time shows a state.
 *
 * @throws {CrrUsageError} CRR_USAGE_PROVIDER if the provider has no `sync`.
 *
 * @example
 * const others = usePresence<{ name: string; card?: string }>({ name: 'Ann', card: open?.id });
 */
export function usePresence<TPresence>(state?: TPresence): readonly PresentPeer<TPresence>[] {
  const { presence } = useSyncOf<TPresence>('usePresence()');
  const others = useSyncExternalStore(presence.subscribe, presence.others, onServer);
  const isShown = state !== undefined;
  // In each render, because the state may be another object that is equal: `set` compares them.
  useEffect(() => {
    if (state !== undefined) presence.set(state);
  });
  useEffect(() => (isShown ? () => presence.set(null) : undefined), [presence, isShown]);
  return others;
}
