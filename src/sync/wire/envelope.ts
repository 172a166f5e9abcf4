import { PROTOCOL_VERSION } from '../protocol.js';
import { gunzip, gzip } from './gzip.js';
import { malformed, requireProtocolVersion } from './message-errors.js';

/*
 * A binary message begins with a header:
 *
 *     43 52 52        "CRR"
 *     01              protocol version
 *     00 | 01         the rest is plain, or a gzip stream
 *     ...             the message: see binary-message.ts and binary-changes.ts
 */
const MAGIC = [0x43, 0x52, 0x52];
const VERSION_AT = MAGIC.length;
const COMPRESSION_AT = VERSION_AT + 1;
const HEADER_BYTES = COMPRESSION_AT + 1;
const PLAIN = 0;
const GZIP = 1;

/** Compressing a smaller message costs more than it saves. */
const WORTH_COMPRESSING = 512;

/** Adds the header to a message, and compresses the message if that is worthwhile. */
export async function seal(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const isCompressed = message.length >= WORTH_COMPRESSING;
  const rest = isCompressed ? await gzip(message) : message;
  const sealed = new Uint8Array(HEADER_BYTES + rest.length);
  sealed.set([...MAGIC, PROTOCOL_VERSION, isCompressed ? GZIP : PLAIN]);
  sealed.set(rest, HEADER_BYTES);
  return sealed;
}

/**
 * Checks the header, and returns the message after it.
 *
 * @throws {CrrSyncError} if the header is wrong, or the message is larger than `maxBytes`.
 */
export async function unseal(sealed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  if (sealed.length < HEADER_BYTES || MAGIC.some((byte, i) => sealed[i] !== byte)) {
    throw malformed('it does not begin with "CRR" and a version');
  }
  requireProtocolVersion(sealed[VERSION_AT]!);
  const rest = sealed.subarray(HEADER_BYTES);
  switch (sealed[COMPRESSION_AT]) {
    case PLAIN:
      return rest;
    case GZIP:
      return gunzip(rest, maxBytes);
    default:
      throw malformed('it has an unknown compression');
  }
}
