import type { SyncRequest, SyncResponse } from '../protocol.js';

/** A form of messages, with its own content type. To add one, register it in codecs.ts. */
export interface Codec {
  readonly contentType: string;
  encodeRequest(request: SyncRequest): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws {CrrSyncError} if the body is not a request in this form, or exceeds a limit. */
  decodeRequest(body: Uint8Array, limits: RequestLimits): Promise<SyncRequest>;
  encodeResponse(response: SyncResponse): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws {CrrSyncError} if the body is not a response in this form, or exceeds a limit. */
  decodeResponse(body: Uint8Array, limits: MessageLimits): Promise<SyncResponse>;
}

export interface MessageLimits {
  /** The greatest size of a message, in bytes after decompression. */
  readonly maxMessageBytes: number;
}

export interface RequestLimits extends MessageLimits {
  /** The greatest number of changes in a request. */
  readonly maxChanges: number;
}
