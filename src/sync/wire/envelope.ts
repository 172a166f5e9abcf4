import { CrrSyncError } from '../../errors.js';
import { PROTOCOL_VERSION } from '../protocol.js';
import { malformed } from './bytes.js';
import { gunzip, gzip } from './compression.js';

const MAGIC = [0x43, 0x52, 0x52];
const HEADER = MAGIC.length + 2;
/** Below this, compressing costs more than it saves. */
const WORTH_COMPRESSING = 512;

/** Puts the header before a binary message, and compresses it where that is worth it. */
export async function seal(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const compress = message.length >= WORTH_COMPRESSING;
  const body = compress ? await gzip(message) : message;
  const sealed = new Uint8Array(HEADER + body.length);
  sealed.set([...MAGIC, PROTOCOL_VERSION, compress ? 1 : 0]);
  sealed.set(body, HEADER);
  return sealed;
}

/**
 * Takes a binary message out of its envelope.
 *
 * @throws {CrrSyncError} where it is none, is of another version, or grows beyond `maxBytes`.
 */
export async function unseal(sealed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  if (sealed.length < HEADER || MAGIC.some((byte, i) => sealed[i] !== byte)) {
    throw malformed('it does not begin with "CRR" and a version');
  }
  requireProtocolVersion(sealed[MAGIC.length]);
  const compressed = sealed[HEADER - 1];
  const body = sealed.subarray(HEADER);
  if (compressed === 0) return body;
  if (compressed === 1) return gunzip(body, maxBytes);
  throw malformed('an unknown compression');
}

export function requireProtocolVersion(version: unknown): void {
  if (version === PROTOCOL_VERSION) return;
  throw new CrrSyncError(
    'CRR_SYNC_VERSION',
    `the message speaks version ${Number(version)} of the sync protocol, this side version ${PROTOCOL_VERSION}: use matching versions of drizzle-crr`,
    400,
  );
}
