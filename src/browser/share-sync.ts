import { CrrSyncError, type CrrSyncErrorCode } from '../errors.js';
import { Listeners } from '../live/listeners.js';
import { errorReporter } from '../live/report-error.js';
import { PresenceClient } from '../sync/client/presence.js';
import type { Sync, SyncEvent, SyncPhase } from '../sync/index.js';
import type { PresenceChange } from '../sync/wire/live-events.js';
import { browser, names } from './platform.js';
import type { SharedDatabase } from './shared-database.js';

/** An event as it crosses between tabs: the class of an error does not. */
type PlainEvent =
  | Exclude<SyncEvent, { readonly type: 'failed' }>
  | {
      readonly type: 'failed';
      readonly code: CrrSyncErrorCode;
      readonly message: string;
      readonly status: number | undefined;
    };

type Message =
  | { readonly type: 'event'; readonly event: PlainEvent }
  /** What the live stream of the leading tab sends of presence. */
  | { readonly type: 'presence'; readonly change: PresenceChange }
  /** Asks the leader for its phase, and who is present. */
  | { readonly type: 'ask' };

/**
 * Makes one sync of those that all tabs of a shared database have: the leading tab syncs, and the listeners of all tabs
 * hear of it. To be called in every tab, with the same options. If another tab leads, it goes on.
 *
 * @example
 * const sync = shareSync(shared, createSync({ db, url: '/sync' }));
 * sync.subscribe((event) => { ... });
 * sync.start();
 */
export function shareSync<TPresence>(
  shared: SharedDatabase,
  sync: Sync<TPresence>,
  { onError }: { readonly onError?: (error: unknown) => void } = {},
): Sync<TPresence> {
  const report = errorReporter(onError);
  const listeners = new Listeners<SyncEvent>(report);
  const channel = new browser.BroadcastChannel(names(shared.name).sync);
  const post = (message: Message) => {
    try {
      channel.postMessage(message);
    } catch (error) {
      report(error);
    }
  };
  const tell = (event: SyncEvent) => post({ type: 'event', event: plain(event) });
  const presence = sync.presence instanceof PresenceClient ? sync.presence : undefined;
  let heard: SyncPhase = 'stopped';
  channel.onmessage = ({ data }: { readonly data: Message }) => {
    if (data.type === 'presence') return presence?.receive(data.change);
    if (data.type === 'ask') {
      if (!shared.isLeader) return;
      tell({ type: 'phase', phase: sync.phase });
      if (presence) post({ type: 'presence', change: presence.snapshot() });
      return;
    }
    const event = whole(data.event);
    if (event.type === 'phase') {
      if (event.phase === heard) return;
      heard = event.phase;
    }
    listeners.emit(event);
  };
  post({ type: 'ask' });
  sync.subscribe((event) => {
    listeners.emit(event);
    tell(event);
  });
  if (presence) {
    presence.onReceived = (change) => {
      if (shared.isLeader) post({ type: 'presence', change });
    };
  }
  const follow = () => {
    // Each tab shows itself, and the leading one hears of the others for all.
    presence?.want();
    let leave = presence?.start();
    post({ type: 'ask' });
    const hide = () => void leave?.();
    const show = () => {
      leave = presence?.start();
      post({ type: 'ask' });
    };
    browser.addEventListener('pagehide', hide);
    browser.addEventListener('pageshow', show);
    const endTurns = shared.whileLeading((signal) => {
      sync.start();
      signal.addEventListener('abort', () => void sync.stop().catch(report));
    });
    return async () => {
      browser.removeEventListener('pagehide', hide);
      browser.removeEventListener('pageshow', show);
      endTurns();
      await leave?.();
    };
  };
  let end: (() => Promise<void>) | undefined;
  return {
    sync: (options) => sync.sync(options),
    unsent: (options) => sync.unsent(options),
    subscribe: (listener) => listeners.add(listener),
    get phase() {
      return shared.isLeader ? sync.phase : heard;
    },
    presence: sync.presence,
    start() {
      end ??= follow();
    },
    async stop() {
      const ended = end?.();
      end = undefined;
      await Promise.all([ended, sync.stop()]);
    },
  };
}

function plain(event: SyncEvent): PlainEvent {
  if (event.type !== 'failed') return event;
  const { code, message, status } = event.error;
  return { type: 'failed', code, message, status };
}

function whole(event: PlainEvent): SyncEvent {
  if (event.type !== 'failed') return event;
  const { code, message, status } = event;
  return { type: 'failed', error: new CrrSyncError(code, message, status) };
}
