import type { CrrSyncError, CrrSyncErrorCode } from '../../errors.js';
import { bytes, flag, integer, list, object, optional, text } from './json-form.js';
import { type RefusalDetails, type RefusedRow, SyncRefusal } from './sync-refusal.js';

interface ErrorBody {
  readonly error: RefusalDetails & { readonly code: string; readonly message: string };
}

const errorBody = object<ErrorBody>({
  error: object<ErrorBody['error']>({
    code: text,
    message: text,
    cause: optional(text),
    siteId: optional(bytes),
    ticket: optional(text),
    horizon: optional(integer),
    birth: optional(integer),
    siteIds: optional(list(bytes)),
    versions: optional(list(integer)),
    rows: optional(list(object<RefusedRow>({ table: text, pk: bytes, drop: flag }))),
  }),
});

/** Makes the answer that reports an error. */
export function encodeError(error: CrrSyncError): Response {
  const { code, message, status = 500 } = error;
  const { details, headers } = error instanceof SyncRefusal ? error : NO_DETAILS;
  const body = errorBody.encode({ error: { ...details, code, message } });
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  });
}

const NO_DETAILS = { details: {}, headers: {} };

/** Reads the error in an answer. If a proxy answered, there is only the status to go by. */
export function decodeError(status: number, body: Uint8Array): SyncRefusal {
  try {
    const { error } = errorBody.decode(JSON.parse(new TextDecoder().decode(body)), '');
    const { code, message, ...details } = error;
    if (isSyncCode(code)) return new SyncRefusal({ code, message, status, details });
  } catch {
    // The body is not one of this protocol.
  }
  const hint = status === 404 ? ': the url of createSync() is perhaps not that of the handler' : '';
  const message = `the server answered with status ${status}${hint}`;
  return new SyncRefusal({ code: CODES[status] ?? 'CRR_SYNC_SERVER', message, status });
}

/** A newer server may use codes that this version does not know. */
const isSyncCode = (code: string): code is CrrSyncErrorCode => code.startsWith('CRR_SYNC_');

const CODES: Readonly<Record<number, CrrSyncErrorCode>> = {
  401: 'CRR_SYNC_UNAUTHORIZED',
  403: 'CRR_SYNC_FORBIDDEN',
  408: 'CRR_SYNC_TOO_SLOW',
  413: 'CRR_SYNC_TOO_LARGE',
  429: 'CRR_SYNC_BUSY',
  503: 'CRR_SYNC_BUSY',
};
