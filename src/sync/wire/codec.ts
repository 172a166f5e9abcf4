import type { SyncRequest, SyncResponse } from '../protocol.js';

/** A form in which messages travel, under a content type of its own. The registry is codecs.ts. */
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
  /** The most bytes that a message may have after decompression. */
  readonly maxMessageBytes: number;
}

export interface RequestLimits extends MessageLimits {
  /** The most changes that a request may push. */
  readonly maxChanges: number;
}
