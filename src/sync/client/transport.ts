import { CrrSyncError, type CrrSyncErrorCode } from '../../errors.js';
import { hexToBytes } from '../../model/value.js';
import {
  BINARY_TYPE,
  EVENT_STREAM_TYPE,
  JSON_TYPE,
  type SyncRequest,
  type SyncResponse,
} from '../protocol.js';
import { malformed } from '../wire/bytes.js';
import { collect } from '../wire/compression.js';
import { seal, unseal } from '../wire/envelope.js';
import type { ErrorDetails, RefusedRow } from '../wire/errors.js';
import { decodeResponse, encodeRequest } from '../wire/message-binary.js';
import { requestToJson, responseFromJson } from '../wire/message-json.js';
import { type Fetch, sleep } from './fetch-chain.js';

/** Headers of every request; a function is asked anew each time, for tokens that expire. */
export type SyncHeaders =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

/** A refusal by the server, with what its body said beside code and message. */
export class ServerRefusal extends CrrSyncError {
  constructor(
    code: CrrSyncErrorCode,
    message: string,
    status: number,
    readonly site: Uint8Array | undefined,
    readonly sites: readonly string[],
    readonly rows: readonly RefusedRow[],
  ) {
    super(code, message, status);
  }
}

/** Sends messages to one address and reads the answers. */
export class Transport {
  bytesSent = 0;
  bytesReceived = 0;
  requests = 0;

  constructor(
    readonly url: string,
    readonly fetch: Fetch,
    readonly headers: SyncHeaders,
    readonly format: 'binary' | 'json',
    readonly maxMessageBytes: number,
    /** How long the body of an answer may take, in milliseconds. */
    readonly timeoutMs: number,
  ) {}

  async exchange(message: SyncRequest, signal: AbortSignal): Promise<SyncResponse> {
    const isJson = this.format === 'json';
    const type = isJson ? JSON_TYPE : BINARY_TYPE;
    const body = isJson ? requestToJson(message) : await seal(encodeRequest(message));
    this.requests++;
    this.bytesSent += body.length;
    const headers = { 'content-type': type, accept: type, ...(await this.#headers()) };
    const response = await this.#send({ method: 'POST', body, headers, signal });
    const bytes = await this.#read(response, signal);
    this.bytesReceived += bytes.length;
    const answered = response.headers.get('content-type')?.split(';')[0];
    if (answered === JSON_TYPE) return responseFromJson(new TextDecoder().decode(bytes));
    if (answered !== BINARY_TYPE) throw malformed(`the answer is ${answered ?? 'of no type'}`);
    return decodeResponse(await unseal(bytes, this.maxMessageBytes));
  }

  /** Opens the live stream; undefined where the server or the way to it has none. */
  async listen(signal: AbortSignal): Promise<ReadableStream<Uint8Array> | undefined> {
    const headers = { accept: EVENT_STREAM_TYPE, ...(await this.#headers()) };
    const response = await this.#send({ method: 'GET', headers, signal });
    const type = response.headers.get('content-type') ?? '';
    if (response.body !== null && type.startsWith(EVENT_STREAM_TYPE)) return response.body;
    await response.body?.cancel();
    return undefined;
  }

  async #headers(): Promise<Readonly<Record<string, string>>> {
    return typeof this.headers === 'function' ? this.headers() : this.headers;
  }

  async #send(init: RequestInit & { signal: AbortSignal }): Promise<Response> {
    let response: Response;
    try {
      response = await this.fetch(new Request(this.url, init));
    } catch (error) {
      throw networkError(error, init.signal);
    }
    if (response.ok) return response;
    throw await refusal(response);
  }

  async #read(response: Response, signal: AbortSignal): Promise<Uint8Array> {
    if (response.body === null) return new Uint8Array();
    const limit = new AbortController();
    // A connection that breaks without a word would leave the reader waiting for ever.
    const broken = sleep(this.timeoutMs, AbortSignal.any([signal, limit.signal])).then(() => {
      throw new Error(`the answer was not complete within ${this.timeoutMs} ms`);
    });
    const whole = collect(response.body as ReadableStream<Uint8Array>, this.maxMessageBytes);
    try {
      return await Promise.race([whole, broken]);
    } catch (error) {
      if (error instanceof CrrSyncError) throw error;
      throw networkError(error, signal);
    } finally {
      broken.catch(() => {});
      whole.catch(() => {});
      limit.abort();
    }
  }
}

export function networkError(error: unknown, signal: AbortSignal): CrrSyncError {
  if (error instanceof CrrSyncError) return error;
  const options = { cause: error };
  if (signal.aborted) {
    return new CrrSyncError('CRR_SYNC_ABORTED', 'the sync was aborted', undefined, options);
  }
  return new CrrSyncError(
    'CRR_SYNC_NETWORK',
    `the server could not be reached, or the connection broke${reasonOf(error)}`,
    undefined,
    options,
  );
}

/** The platform's own word for what happened, such as ECONNREFUSED: it is in the cause of fetch's error. */
function reasonOf(error: unknown): string {
  const { code } = ((error as { cause?: unknown } | null)?.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? ` (${code})` : '';
}

async function refusal(response: Response): Promise<ServerRefusal> {
  const { status } = response;
  let error: { code?: string; message?: string } & ErrorDetails = {};
  try {
    error = ((await response.json()) as { error?: typeof error }).error ?? {};
  } catch {
    // Not an answer of this protocol: a proxy's page, say.
  }
  return new ServerRefusal(
    (error.code?.startsWith('CRR_SYNC_') ? error.code : codeOf(status)) as CrrSyncErrorCode,
    error.message ?? `the server answered with status ${status}`,
    status,
    typeof error.site === 'string' ? hexToBytes(error.site) : undefined,
    Array.isArray(error.sites) ? error.sites : [],
    Array.isArray(error.rows) ? error.rows : [],
  );
}

function codeOf(status: number): CrrSyncErrorCode {
  if (status === 401) return 'CRR_SYNC_UNAUTHORIZED';
  if (status === 403) return 'CRR_SYNC_FORBIDDEN';
  if (status === 408) return 'CRR_SYNC_TOO_SLOW';
  if (status === 413) return 'CRR_SYNC_TOO_LARGE';
  return status === 429 || status === 503 ? 'CRR_SYNC_BUSY' : 'CRR_SYNC_SERVER';
}
