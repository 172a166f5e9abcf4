import { CrrUsageError } from '../../errors.js';
import type { CrrEvent } from '../../model/event.js';
import { type KnownOptions, optionsOf, requireOptions } from '../../model/options.js';
import { LIMITS } from '../protocol.js';
import type { SyncDatabase } from '../site.js';
import type { Complete } from '../with-defaults.js';
import type { Authorization } from './authorization.js';
import type { CorsOrigins } from './cors.js';

/** The limits of a handler. */
export interface SyncLimits {
  /** The greatest size of a request's body as sent, in bytes. Default: 4 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** The greatest size of a message after decompression, in bytes. Default: 32 MiB. */
  readonly maxMessageBytes?: number | undefined;
  /** The greatest number of changes in a request, and in an answer. Default: 20,000. */
  readonly maxChanges?: number | undefined;
  /** How long a body may take to arrive, in milliseconds. Default: 30,000. */
  readonly bodyTimeoutMs?: number | undefined;
  /** The greatest number of live streams at a time. Default: 1,000. */
  readonly maxStreams?: number | undefined;
  /**
   * The greatest number of live streams at a time for one `id` of `authorize`. Default: 50.
   */
  readonly maxStreamsPerOwner?: number | undefined;
  /** The greatest number of clients that are present at a time. Default: 1,000. */
  readonly maxPresence?: number | undefined;
  /** The greatest number of clients that are present at a time for one `id` of `authorize`. Default: 50. */
  readonly maxPresencePerOwner?: number | undefined;
  /**
   * The greatest number of sites that one `id` of `authorize` may sync with, and of sites in all that it may bring
   * changes of. Default: 1,000.
   */
  readonly maxSitesPerOwner?: number | undefined;
  /**
   * The greatest number of deletes that one `id` of `authorize` may bring of rows that this database does not have, and
   * never had: each is kept for good. Default: 100,000.
   */
  readonly maxTombstonesPerOwner?: number | undefined;
  /**
   * The greatest number of changes that may be pending from one `id` of `authorize`; clients without an `id` count
   * together. Default: 50,000.
   */
  readonly maxPendingPerOwner?: number | undefined;
  /** The greatest number of their bytes. Default: 64 MiB. */
  readonly maxPendingBytesPerOwner?: number | undefined;
  /** The approximate size of an answer, in bytes before compression. Default: 1 MiB. */
  readonly chunkBytes?: number | undefined;
  /** How far a cell's version may be ahead of the one that this database has. Default: 2^24. */
  readonly maxVersionJump?: number | undefined;
}

export interface LiveOptions {
  /** How often the database is checked for new changes, in milliseconds. Default: 300. */
  readonly pollMs?: number | undefined;
  /**
   * How long a stream lasts, in milliseconds. Then the client opens another one, which is authorized
   * again. Default: 300,000.
   */
  readonly lifetimeMs?: number | undefined;
}

type Authorize = (
  request: Request,
) => Authorization | Response | null | Promise<Authorization | Response | null>;

export interface SyncHandlerOptions {
  /** A database made by `withCrr`. */
  readonly db: SyncDatabase;
  /**
   * Returns who sent a request and what they may see and write; or `null` to answer with status 401;
   * or a Response to answer with. Required, unless `public` is true.
   */
  readonly authorize?: Authorize | undefined;
  /** Everybody may read and write everything. */
  readonly public?: boolean | undefined;
  /**
   * Pages of which other origins may sync: a list of origins, `'*'` for all, or a function. The handler answers their
   * preflights, too, so route OPTIONS to it. Default: none. A page of the handler's own origin needs no entry.
   */
  readonly cors?: CorsOrigins | undefined;
  /**
   * Whether clients without a row filter read their first transfer in chunks that caches may keep for a day, at
   * addresses below that of the handler. Who knows such an address can read it from the cache, without being authorized:
   * use it for data that everybody who may sync may see. Default: false.
   */
  readonly snapshots?: boolean | undefined;
  readonly limits?: SyncLimits | undefined;
  /** Options of the live stream. */
  readonly live?: LiveOptions | undefined;
  /**
   * Called with failures of this side, for which a client only gets status 500. Default: they are
   * written to the console.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
  /**
   * Called with each answer of this handler, in numbers: `handler-request` and `handler-recovery`. If it throws, the
   * error goes to `onError`, and nothing else happens.
   */
  readonly onEvent?: ((event: CrrEvent) => void) | undefined;
}

const OPTIONS = optionsOf<SyncHandlerOptions>({
  db: 'any',
  authorize: 'function',
  public: 'boolean',
  cors: 'any',
  snapshots: 'boolean',
  limits: 'object',
  live: 'object',
  onError: 'function',
  onEvent: 'function',
});

/** Defaults of {@link LiveOptions}. */
export const LIVE: Complete<LiveOptions> = { pollMs: 300, lifetimeMs: 300_000 };

const numbers = (defaults: object): KnownOptions =>
  Object.fromEntries(Object.keys(defaults).map((name) => [name, 'number']));

/** @throws {CrrUsageError} CRR_USAGE_OPTION */
export function checkOptions(options: SyncHandlerOptions): void {
  requireOptions('createSyncHandler()', options, OPTIONS);
  requireOptions('createSyncHandler(): limits', options.limits ?? {}, numbers(LIMITS));
  requireOptions('createSyncHandler(): live', options.live ?? {}, numbers(LIVE));
  const { authorize, public: isPublic = false } = options;
  if ((authorize !== undefined) !== isPublic) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    isPublic
      ? 'createSyncHandler(): found both authorize and public: true: with public: true nobody is asked, so pass one of them'
      : 'createSyncHandler(): authorize is missing: pass authorize(request), or public: true if everybody may read and write everything',
  );
}
