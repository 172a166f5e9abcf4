import { refuseUnknownOptions } from '../../database/options.js';
import { CrrUsageError } from '../../errors.js';
import { LIMITS } from '../protocol.js';
import type { SyncDatabase } from '../site.js';
import type { Authorization } from './authorization.js';

/** Limits of a handler; what is absent keeps its default. */
export interface SyncLimits {
  /** Bytes of a request's body as sent. Default: 4 MiB. */
  readonly maxBodyBytes?: number;
  /** Bytes of a message after decompression. Default: 32 MiB. */
  readonly maxMessageBytes?: number;
  /** Changes in one request, and in one answer. Default: 20,000. */
  readonly maxChanges?: number;
  /** Milliseconds that a body may take to arrive. Default: 30,000. */
  readonly bodyTimeoutMs?: number;
  /** Live streams at a time, per handler. Default: 1,000. */
  readonly maxStreams?: number;
  /** About how large an answer may be, in bytes before compression. Default: 1 MiB. */
  readonly chunkBytes?: number;
  /** How far the versions of a change may be ahead of this database's. Default: 2^32. */
  readonly maxVersionJump?: number;
}

export interface LiveOptions {
  /** How often the database is asked whether there is something new, in milliseconds. Default: 300. */
  readonly pollMs?: number;
  /**
   * After how many milliseconds a stream ends. The client opens another one, and is authorized
   * again. Default: 300,000.
   */
  readonly lifetimeMs?: number;
}

export interface SyncHandlerOptions {
  /** A database made by `withCrr`. */
  readonly db: SyncDatabase;
  /**
   * Returns who a request comes from and what they may see and write; `null` to answer 401; or a
   * Response to answer with that. Required, unless `public` is true.
   */
  readonly authorize?: (
    request: Request,
  ) => Authorization | Response | null | Promise<Authorization | Response | null>;
  /** Everybody may read and write everything. */
  readonly public?: boolean;
  readonly limits?: SyncLimits;
  /** The live stream. */
  readonly live?: LiveOptions;
  /**
   * Called with failures of this side, of which a client learns no more than status 500. Default:
   * they are written to the console.
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
    'createSyncHandler(): found no authorize(request): add one, or public: true if everybody may read and write everything',
  );
}
