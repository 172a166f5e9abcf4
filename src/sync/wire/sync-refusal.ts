import { CrrSyncError, type CrrSyncErrorCode } from '../../errors.js';

/** What an error contains besides code and message. */
export interface RefusalDetails {
  /** The code of the error that caused this one. */
  readonly cause?: string | undefined;
  /** The server's site id. */
  readonly siteId?: Uint8Array | undefined;
  /** The ticket of the last push under the client's site id. */
  readonly ticket?: string | undefined;
  /** The server has forgotten deletes up to this db_version. */
  readonly horizon?: number | undefined;
  /** The causal length of a new row at the server. */
  readonly birth?: number | undefined;
  /** Sites that belong to somebody else. */
  readonly siteIds?: readonly Uint8Array[] | undefined;
  /** Versions of the protocol that the server knows. */
  readonly versions?: readonly number[] | undefined;
  /** Rows that the client may not write. */
  readonly rows?: readonly RefusedRow[] | undefined;
}

export interface RefusedRow {
  readonly table: string;
  /** The packed key. */
  readonly pk: Uint8Array;
  /** Whether the client should drop the row, because it may not see it either. */
  readonly drop: boolean;
}

interface SyncRefusalOptions {
  readonly code: CrrSyncErrorCode;
  readonly message: string;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly details?: RefusalDetails;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A request was refused. The server throws this, and so does the client when it gets the answer. The class is not
 * exported: it is a CrrSyncError to everybody else.
 */
export class SyncRefusal extends CrrSyncError {
  readonly details: RefusalDetails;
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor({ code, message, status, details = {}, headers = {} }: SyncRefusalOptions) {
    super(code, message, status);
    this.details = details;
    this.headers = headers;
  }
}
