import { CrrUsageError } from '../../errors.js';
import { refuseUnknownOptions } from '../../model/options.js';
import { LIMITS } from '../protocol.js';
import type { SyncDatabase } from '../site.js';
import type { Authorization } from './authorization.js';

/** The limits of a handler. */
export interface SyncLimits {
  /** The greatest size of a request's body as sent, in bytes. Default: 4 MiB. */
  readonly maxBodyBytes?: number;
  /** The greatest size of a message after decompression, in bytes. Default: 32 MiB. */
  readonly maxMessageBytes?: number;
  /** The greatest number of changes in a request, and in an answer. Default: 20,000. */
  readonly maxChanges?: number;
  /** How long a body may take to arrive, in milliseconds. Default: 30,000. */
  readonly bodyTimeoutMs?: number;
  /** The greatest number of live streams at a time. Default: 1,000. */
  readonly maxStreams?: number;
  /** The approximate size of an answer, in bytes before compression. Default: 1 MiB. */
  readonly chunkBytes?: number;
  /** How far the versions of a change may be ahead of this database. Default: 2^32. */
  readonly maxVersionJump?: number;
}

export interface LiveOptions {
  /** How often the database is checked for new changes, in milliseconds. Default: 300. */
  readonly pollMs?: number;
  /**
   * How long a stream lasts, in milliseconds. Then the client opens another one, which is authorized
   * again. Default: 300,000.
   */
  readonly lifetimeMs?: number;
}

export interface SyncHandlerOptions {
  /** A database made by `withCrr`. */
  readonly db: SyncDatabase;
  /**
   * Returns who sent a request and what they may see and write; or `null` to answer with status 401;
   * or a Response to answer with. Required, unless `public` is true.
   */
  readonly authorize?: (
    request: Request,
  ) => Authorization | Response | null | Promise<Authorization | Response | null>;
  /** Everybody may read and write everything. */
  readonly public?: boolean;
  readonly limits?: SyncLimits;
  /** Options of the live stream. */
  readonly live?: LiveOptions;
  /**
   * Called with failures of this side, for which a client only gets status 500. Default: they are
   * written to the console.
   */
  readonly onError?: (error: unknown) => void;
}

/** @throws {CrrUsageError} CRR_USAGE_OPTION */
export function checkOptions(options: SyncHandlerOptions): void {
  const known = ['db', 'authorize', 'public', 'limits', 'live', 'onError'];
  refuseUnknownOptions('createSyncHandler()', options, known);
  refuseUnknownOptions('createSyncHandler(): limits', options.limits ?? {}, Object.keys(LIMITS));
  refuseUnknownOptions('createSyncHandler(): live', options.live ?? {}, ['pollMs', 'lifetimeMs']);
  if (options.authorize !== undefined || options.public === true) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    'createSyncHandler(): authorize is missing: pass authorize(request), or public: true if everybody may read and write everything',
  );
}
