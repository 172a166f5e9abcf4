import { withDeadline } from '../delay.js';
import { EVENT_STREAM_TYPE, type SyncRequest, type SyncResponse } from '../protocol.js';
import type { Codec } from '../wire/codec.js';
import { codecOfType } from '../wire/codecs.js';
import { decodeError } from '../wire/error-body.js';
import { malformed } from '../wire/message-errors.js';
import { readAll } from '../wire/read-all.js';
import { type Fetch, type RetryOptions, withRetry, withTimeout } from './fetch-chain.js';
import { networkError } from './network-error.js';

/** Headers of every request. A function is called for each request, for tokens that expire. */
export type SyncHeaders =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

export interface HttpConnectionOptions {
  readonly url: string;
  readonly fetch: Fetch;
  readonly headers: SyncHeaders;
  /** The form of requests, which also asks for answers in this form. */
  readonly codec: Codec;
  /** The greatest size of an answer in bytes, before and after decompression. */
  readonly maxMessageBytes: number;
  /** How long an answer may take to begin, and then to be complete, in milliseconds each. */
  readonly timeoutMs: number;
  readonly retry: RetryOptions;
}

/** The traffic of a connection. */
export interface Traffic {
  readonly requests: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** Sends requests to the server's address, and reads the answers. */
export class HttpConnection {
  readonly #options: HttpConnectionOptions;
  /** Without retries, for live streams: they have to be opened again anyway when they end. */
  readonly #fetch: Fetch;
  readonly #retryingFetch: Fetch;
  #traffic: Traffic = { requests: 0, bytesSent: 0, bytesReceived: 0 };

  constructor(options: HttpConnectionOptions) {
    this.#options = options;
    this.#fetch = withTimeout(options.fetch, options.timeoutMs);
    this.#retryingFetch = withRetry(this.#fetch, options.retry);
  }

  get url(): string {
    return this.#options.url;
  }

  get traffic(): Traffic {
    return this.#traffic;
  }

  /** @throws {CrrSyncError} if the server refuses the request, or no complete answer arrives. */
  async exchange(message: SyncRequest, signal: AbortSignal): Promise<SyncResponse> {
    const { codec, maxMessageBytes } = this.#options;
    const { contentType } = codec;
    const body = await codec.encodeRequest(message);
    this.#count({ requests: 1, bytesSent: body.length });
    const headers = {
      'content-type': contentType,
      accept: contentType,
      ...(await this.#headers()),
    };
    const init = { method: 'POST', body, headers, signal };
    const response = await this.#send(this.#retryingFetch, init);
    const answer = await this.#read(response, signal);
    this.#count({ bytesReceived: answer.length });
    const type = response.headers.get('content-type');
    const answerCodec = codecOfType(type);
    if (answerCodec === undefined) throw malformed(`its content-type is ${type ?? 'missing'}`);
    return answerCodec.decodeResponse(answer, { maxMessageBytes });
  }

  /** Opens a live stream; undefined if the server or a proxy does not support it. */
  async openLiveStream(signal: AbortSignal): Promise<ReadableStream<Uint8Array> | undefined> {
    const headers = { accept: EVENT_STREAM_TYPE, ...(await this.#headers()) };
    const response = await this.#send(this.#fetch, { method: 'GET', headers, signal });
    const type = response.headers.get('content-type') ?? '';
    if (response.body !== null && type.startsWith(EVENT_STREAM_TYPE)) return response.body;
    await response.body?.cancel();
    return undefined;
  }

  async #headers(): Promise<Readonly<Record<string, string>>> {
    const { headers } = this.#options;
    return typeof headers === 'function' ? headers() : headers;
  }

  async #send(fetch: Fetch, init: RequestInit & { signal: AbortSignal }): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(new Request(this.url, init));
    } catch (error) {
      throw networkError(error, init.signal);
    }
    if (response.ok) return response;
    const body = await this.#read(response, init.signal).catch((error: unknown) => {
      if (init.signal.aborted) throw error;
      return new Uint8Array(); // Without a body there is only the status to go by.
    });
    throw decodeError(response.status, body);
  }

  async #read({ body }: Response, signal: AbortSignal): Promise<Uint8Array> {
    if (body === null) return new Uint8Array();
    const { timeoutMs, maxMessageBytes } = this.#options;
    // A connection may break without notice. Then reading would never end.
    const error = () => new Error(`the answer was not complete within ${timeoutMs} ms`);
    try {
      return await withDeadline({ ms: timeoutMs, error, signal }, (signal) =>
        readAll(body as ReadableStream<Uint8Array>, { maxBytes: maxMessageBytes, signal }),
      );
    } catch (error) {
      throw networkError(error, signal);
    }
  }

  #count({ requests = 0, bytesSent = 0, bytesReceived = 0 }: Partial<Traffic>): void {
    const { traffic } = this;
    this.#traffic = {
      requests: traffic.requests + requests,
      bytesSent: traffic.bytesSent + bytesSent,
      bytesReceived: traffic.bytesReceived + bytesReceived,
    };
  }
}
