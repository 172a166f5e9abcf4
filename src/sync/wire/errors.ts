import { CrrChangeError, CrrDatabaseError, CrrSyncError, CrrUsageError } from '../../errors.js';
import { bytesToHex } from '../../model/value.js';
import { JSON_TYPE, PROTOCOL_VERSION } from '../protocol.js';

/** What an error answer says beside code and message. */
export interface ErrorDetails {
  readonly cause?: string;
  readonly site?: string;
  readonly sites?: readonly string[];
  readonly versions?: readonly number[];
  readonly rows?: readonly RefusedRow[];
}

/** A row that the client may not write; `drop`: nor see, so that it need not keep it. */
export interface RefusedRow {
  readonly table: string;
  /** The packed key in hex. */
  readonly pk: string;
  readonly drop: boolean;
}

/** A refusal with more to say than code and message. */
export class RefusedRequest extends CrrSyncError {
  constructor(
    code: CrrSyncError['code'],
    message: string,
    status: number,
    readonly details: ErrorDetails,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message, status);
  }
}

/** Another site than the client expects answers here; it learns which, and starts over with it. */
export function otherSite(siteId: Uint8Array): RefusedRequest {
  return new RefusedRequest(
    'CRR_SYNC_OTHER_SITE',
    'the request is for another site: the database behind this address was replaced',
    409,
    { site: bytesToHex(siteId) },
  );
}

/** The refusal that an error amounts to; undefined where it is a failure of this side. */
export function refusalOf(error: unknown): CrrSyncError | undefined {
  if (error instanceof CrrSyncError) return error;
  if (error instanceof CrrChangeError) {
    return new RefusedRequest('CRR_SYNC_REFUSED_CHANGE', error.message, 422, { cause: error.code });
  }
  if (error instanceof CrrUsageError && error.code === 'CRR_USAGE_CURSOR') {
    return new CrrSyncError('CRR_SYNC_MALFORMED', 'the cursor is none', 400);
  }
  if (error instanceof CrrDatabaseError && error.code === 'CRR_DATABASE_CONTENDED') {
    return new RefusedRequest('CRR_SYNC_BUSY', error.message, 503, {}, { 'retry-after': '1' });
  }
  return undefined;
}

export function errorResponse(error: CrrSyncError): Response {
  const { details = {}, headers = {} } = error as Partial<RefusedRequest>;
  const more = error.code === 'CRR_SYNC_VERSION' ? { versions: [PROTOCOL_VERSION] } : {};
  const body = { error: { code: error.code, message: error.message, ...details, ...more } };
  return new Response(JSON.stringify(body), {
    status: error.status ?? 500,
    headers: { 'content-type': JSON_TYPE, 'cache-control': 'no-store', ...headers },
  });
}
