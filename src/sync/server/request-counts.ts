import type { HandlerRequestEvent } from '../../model/event.js';
import type { SyncRequest, SyncResponse } from '../protocol.js';

/** What one request brings and gets, as far as it has come. */
export class RequestCounts {
  #counts = {
    ...{ bytesReceived: 0, bytesSent: 0, pushed: 0, pulled: 0 },
    ...{ hidden: 0, refused: 0, rejected: 0, pending: 0 },
  };

  addBody(bytesReceived: number): void {
    this.#counts = { ...this.#counts, bytesReceived };
  }

  addRequest({ push }: SyncRequest): void {
    this.#counts = { ...this.#counts, pushed: push?.changes.length ?? 0 };
  }

  addResponse({ pushed, pulled, refused, rejected }: SyncResponse, bytesSent: number): void {
    this.#counts = {
      ...this.#counts,
      bytesSent,
      pulled: pulled?.changes.length ?? 0,
      hidden: pulled?.hidden.length ?? 0,
      refused: refused?.length ?? 0,
      rejected: rejected?.length ?? 0,
      pending: pushed?.pending ?? 0,
    };
  }

  event(
    method: string,
    answer: Pick<HandlerRequestEvent, 'status' | 'code' | 'durationMs'>,
  ): HandlerRequestEvent {
    const known = (['POST', 'GET', 'PUT'] as const).find((name) => name === method) ?? 'other';
    return { type: 'handler-request', method: known, ...answer, ...this.#counts };
  }
}
