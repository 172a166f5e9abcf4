import { codeOf, type EmitEvent, stopwatch } from '../../live/events.js';
import { withDeadline } from '../delay.js';
import { PRESENCE, WITH_PRESENCE } from '../presence-protocol.js';
import { EVENT_STREAM_TYPE, type SyncRequest, type SyncResponse } from '../protocol.js';
import type { Codec } from '../wire/codec.js';
import { codecOfType } from '../wire/codecs.js';
import { decodeError } from '../wire/error-body.js';
import { malformed } from '../wire/message-errors.js';
import { readAll } from '../wire/read-all.js';
import { decodeChunk, type SnapshotAddress, snapshotUrl } from '../wire/snapshot-chunk.js';
import {
  type Fetch,
  type Retry,
  type RetryOptions,
  withRetry,
  withTimeout,
} from './fetch-chain.js';
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
  readonly emit?: EmitEvent;
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
  readonly #presenceFetch: Fetch;
  #traffic: Traffic = { requests: 0, bytesSent: 0, bytesReceived: 0 };

  constructor(options: HttpConnectionOptions) {
    this.#options = options;
    this.#fetch = withTimeout(options.fetch, options.timeoutMs);
    // What takes longer is too late.
    this.#presenceFetch = withTimeout(options.fetch, Math.min(options.timeoutMs, PRESENCE.renewMs));
    const { retry, emit } = options;
    const onRetry = emit && ((retried: Retry) => emit({ type: 'sync-retry', ...retried }));
    this.#retryingFetch = withRetry(this.#fetch, { ...retry, onRetry });
  }

  get url(): string {
    return this.#options.url;
  }

  get traffic(): Traffic {
    return this.#traffic;
  }

  /**
   * @param onSent called soon after the request was sent, to do something while the server does its part.
   * @throws {CrrSyncError} if the server refuses the request, or no complete answer arrives.
   */
  async exchange(
    message: SyncRequest,
    signal: AbortSignal,
    onSent?: () => void,
  ): Promise<SyncResponse> {
    const body = await this.#options.codec.encodeRequest(message);
    const { emit } = this.#options;
    if (emit === undefined) return (await this.#post(body, signal, onSent)).answer;
    const elapsed = stopwatch();
    const bytesSent = body.length;
    const done = (bytesReceived: number, code: string | undefined) =>
      emit({ type: 'sync-request', durationMs: elapsed(), bytesSent, bytesReceived, code });
    try {
      const { answer, bytesReceived } = await this.#post(body, signal, onSent);
      done(bytesReceived, undefined);
      return answer;
    } catch (error) {
      done(0, codeOf(error));
      throw error;
    }
  }

  async #post(
    body: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
    onSent?: () => void,
  ): Promise<{ readonly answer: SyncResponse; readonly bytesReceived: number }> {
    const { codec, maxMessageBytes } = this.#options;
    const { contentType } = codec;
    this.#count({ requests: 1, bytesSent: body.length });
    const headers = {
      'content-type': contentType,
      accept: contentType,
      ...(await this.#headers()),
    };
    const init = { method: 'POST', body, headers, signal };
    const sending = this.#send(this.#retryingFetch, init);
    // A database in this process answers before the event loop turns, and the request would not leave until then.
    const timer = onSent && setTimeout(onSent, 0);
    const response = await sending.finally(() => clearTimeout(timer));
    const answer = await this.#read(response, signal);
    this.#count({ bytesReceived: answer.length });
    const type = response.headers.get('content-type');
    const answerCodec = codecOfType(type);
    if (answerCodec === undefined)
      throw malformed(
        `its content-type is ${type ?? 'missing'}, so it is perhaps not the handler that answers at the url of createSync()`,
      );
    const decoded = await answerCodec.decodeResponse(answer, { maxMessageBytes });
    return { answer: decoded, bytesReceived: answer.length };
  }

  /** @throws {CrrSyncError} if the chunk cannot be read. A cache or another server may have given it: it is not retried. */
  async readSnapshot(chunk: SnapshotAddress, signal: AbortSignal): Promise<SyncResponse> {
    const { maxMessageBytes } = this.#options;
    this.#count({ requests: 1 });
    const url = snapshotUrl(new Request(this.url).url, chunk);
    const init = { method: 'GET', headers: await this.#headers(), signal };
    const response = await this.#send(this.#fetch, init, url);
    const body = await this.#read(response, signal);
    this.#count({ bytesReceived: body.length });
    return decodeChunk(body, { maxMessageBytes });
  }

  /**
   * Opens a live stream; undefined if the server or a proxy does not support it.
   *
   * @param withPresence whether to send who is present, too.
   */
  async openLiveStream(
    signal: AbortSignal,
    withPresence: boolean,
  ): Promise<ReadableStream<Uint8Array> | undefined> {
    const accept = withPresence ? `${EVENT_STREAM_TYPE};${WITH_PRESENCE}` : EVENT_STREAM_TYPE;
    const headers = { accept, ...(await this.#headers()) };
    const response = await this.#send(this.#fetch, { method: 'GET', headers, signal });
    const type = response.headers.get('content-type') ?? '';
    if (response.body !== null && type.startsWith(EVENT_STREAM_TYPE)) return response.body;
    await response.body?.cancel();
    return undefined;
  }

  /**
   * Sends the presence of this client once. It arrives even if the page is closed meanwhile.
   *
   * @returns the name by which others know this client.
   * @throws {CrrSyncError} if the server refuses it, or does not answer.
   */
  async sendPresence(body: string, signal: AbortSignal): Promise<string> {
    const headers = { 'content-type': 'application/json', ...(await this.#headers()) };
    const init = { method: 'PUT', body, headers, signal, keepalive: true };
    const response = await this.#send(this.#presenceFetch, init);
    const answer = new TextDecoder().decode(await this.#read(response, signal));
    try {
      const { id } = JSON.parse(answer) as { readonly id?: unknown };
      if (typeof id === 'string') return id;
    } catch {
      // It is not from a handler.
    }
    throw malformed('it has no id');
  }

  async #headers(): Promise<Readonly<Record<string, string>>> {
    const { headers } = this.#options;
    return typeof headers === 'function' ? headers() : headers;
  }

  async #send(
    fetch: Fetch,
    init: RequestInit & { signal: AbortSignal },
    url = this.url,
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(new Request(url, init));
    } catch (error) {
      throw networkError(error, init.signal, this.url);
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
      throw networkError(error, signal, this.url);
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
