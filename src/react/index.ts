export { CrrProvider, type CrrProviderProps } from './provider.js';
export { useConflicts } from './use-conflicts.js';
export { type UseLiveQueryOptions, useLiveQuery } from './use-live-query.js';
export { usePresence } from './use-presence.js';
export { type SyncState, type UseSyncOptions, useSync } from './use-sync.js';
