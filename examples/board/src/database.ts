import { withCrr } from 'drizzle-crr';
import { openSharedDatabase, shareSync } from 'drizzle-crr/browser';
import { createSync } from 'drizzle-crr/sync';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import migrations from '../migrations.js';
import * as schema from '../schema.js';

/** Who uses this browser. A real application asks for a password. */
export const user = new URLSearchParams(location.search).get('user') ?? 'ann';

const shared = openSharedDatabase({
  name: `board-${user}`,
  worker: () => new Worker(new URL('./database-worker.ts', import.meta.url), { type: 'module' }),
  migrations,
});

export const ready = shared.ready;
export const db = withCrr(drizzle(shared.client, { schema }), { schema });
export type Database = typeof db;

/** Calls back after this or another tab has written, or synced. */
export const onWritten = (listener: () => void) =>
  shared.subscribe(({ type }) => {
    if (type === 'written') listener();
  });

const OFFLINE = `offline-${user}`;

/** The switch of the page: requests fail as they do without a network. */
let isOffline = localStorage.getItem(OFFLINE) === 'true';

export const sync = shareSync(
  shared,
  createSync({
    db,
    url: '/sync',
    headers: { authorization: `Bearer ${user}-token` },
    fetch: (request) =>
      isOffline ? Promise.reject(new TypeError('the page is offline')) : fetch(request),
    retry: { maxMs: 2_000 },
  }),
);
sync.start();

const listeners = new Set<() => void>();

/** The switch, as an external store. All tabs of a user are on one line. */
export const offline = {
  get isOn() {
    return isOffline;
  },
  set(isOn: boolean) {
    localStorage.setItem(OFFLINE, String(isOn));
    follow();
  },
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function follow() {
  const wasOffline = isOffline;
  isOffline = localStorage.getItem(OFFLINE) === 'true';
  if (wasOffline && !isOffline) void sync.sync().catch(() => {}); // useSync() shows its error.
  for (const listener of listeners) listener();
}

// Another tab has switched.
addEventListener('storage', follow);
