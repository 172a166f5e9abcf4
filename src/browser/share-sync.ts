import { CrrSyncError, type CrrSyncErrorCode } from '../errors.js';
import { Listeners } from '../live/listeners.js';
import { errorReporter } from '../live/report-error.js';
import type { Sync, SyncEvent, SyncPhase } from '../sync/index.js';
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
  | { readonly event: PlainEvent; readonly ask?: never }
  /** Asks the leader for its phase. */
  | { readonly ask: 'phase'; readonly event?: never };

/**
 * Makes one sync of those that all tabs of a shared database have: the leading tab syncs, and the listeners of all tabs
 * hear of it. To be called in every tab, with the same options. If another tab leads, it goes on.
 *
 * @example
 * const sync = shareSync(shared, createSync({ db, url: '/sync' }));
 * sync.subscribe((event) => { ... });
 * sync.start();
 */
export function shareSync(
  shared: SharedDatabase,
  sync: Sync,
  { onError }: { readonly onError?: (error: unknown) => void } = {},
): Sync {
  const report = errorReporter(onError);
  const listeners = new Listeners<SyncEvent>(report);
  const channel = new browser.BroadcastChannel(names(shared.name).sync);
  const tell = (event: SyncEvent) => {
    try {
      channel.postMessage({ event: plain(event) } satisfies Message);
    } catch (error) {
      report(error);
    }
  };
  let heard: SyncPhase = 'stopped';
  channel.onmessage = ({ data }: { readonly data: Message }) => {
    if (data.event === undefined) {
      if (shared.isLeader) tell({ type: 'phase', phase: sync.phase });
      return;
    }
    const event = whole(data.event);
    if (event.type === 'phase') {
      if (event.phase === heard) return;
      heard = event.phase;
    }
    listeners.emit(event);
  };
  channel.postMessage({ ask: 'phase' } satisfies Message);
  sync.subscribe((event) => {
    listeners.emit(event);
    tell(event);
  });
  let end: (() => void) | undefined;
  return {
    sync: (options) => sync.sync(options),
    unsent: (options) => sync.unsent(options),
    subscribe: (listener) => listeners.add(listener),
    get phase() {
      return shared.isLeader ? sync.phase : heard;
    },
    start() {
      end ??= shared.whileLeading((signal) => {
        sync.start();
        signal.addEventListener('abort', () => void sync.stop().catch(report));
      });
    },
    async stop() {
      end?.();
      end = undefined;
      await sync.stop();
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
