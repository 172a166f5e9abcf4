import type { SyncRequest, SyncResponse } from '../protocol.js';

/** A form of messages, with its own content type. To add one, register it in codecs.ts. */
export interface Codec {
  readonly contentType: string;
  /** How many bytes a byte of a value takes at most. Default: 1. */
  readonly expansion?: number | undefined;
  encodeRequest(request: SyncRequest): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws {CrrSyncError} if the body is not a request in this form, or exceeds a limit. */
  decodeRequest(body: Uint8Array, limits: RequestLimits): Promise<SyncRequest>;
  encodeResponse(response: SyncResponse): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws {CrrSyncError} if the body is not a response in this form, or exceeds a limit. */
  decodeResponse(body: Uint8Array, limits: MessageLimits): Promise<SyncResponse>;
}

/** What a message of one cell contains besides it, generously. */
const REST_OF_MESSAGE = 32 * 2 ** 10;

/**
 * Cells that are no larger are never left out: a limit below is an error of configuration, and must be reported.
 */
export const NEVER_TOO_LARGE = 64 * 2 ** 10;

/** The greatest cell, with its key, that fits in a message of a size. */
export function greatestCell({ expansion = 1 }: Codec, messageBytes: number): number {
  return Math.max(NEVER_TOO_LARGE, Math.floor((messageBytes - REST_OF_MESSAGE) / expansion));
}

export interface MessageLimits {
  /** The greatest size of a message, in bytes after decompression. */
  readonly maxMessageBytes: number;
}

export interface RequestLimits extends MessageLimits {
  /** The greatest number of changes in a request. */
  readonly maxChanges: number;
}
