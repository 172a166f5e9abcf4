import * as Y from 'yjs';

/*
 * An update begins with a byte for its format: Yjs's own first bytes do not tell its two encodings apart. The first is
 * smaller for a few characters, the second for a whole document.
 */
export const V1 = 1;
export const V2 = 2;

export function withFormat(format: typeof V1 | typeof V2, update: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(update.length + 1);
  bytes[0] = format;
  bytes.set(update, 1);
  return bytes;
}

/** A struct of an update: what one writer wrote at once. */
export interface Span {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
}

/** What an update contains. @throws if it is not one. */
export function spansOf(update: Uint8Array): Span[] {
  return decoded(update).structs.flatMap((struct) =>
    struct instanceof Y.Skip
      ? []
      : [{ client: struct.id.client, clock: struct.id.clock, length: struct.length }],
  );
}

/**
 * How many structs an update of so many bytes may have. The second encoding writes equal numbers once, so 25 bytes may promise
 * thousands of millions of structs, each of which takes memory.
 */
const mostStructs = (bytes: number) => 2 ** 15 + bytes / 4;

/** @throws if the bytes are no update, or have too many structs. */
export function decoded(update: Uint8Array): ReturnType<typeof Y.decodeUpdate> {
  let left = mostStructs(update.length);
  const count = () => {
    if (--left < 0) throw new Error('the update has too many structs for its bytes');
  };
  class DecoderV1 extends Y.UpdateDecoderV1 {
    override readInfo(): number {
      count();
      return super.readInfo();
    }
  }
  class DecoderV2 extends Y.UpdateDecoderV2 {
    override readInfo(): number {
      count();
      return super.readInfo();
    }
  }
  const body = update.subarray(1);
  if (update[0] === V1) return Y.decodeUpdateV2(body, DecoderV1);
  if (update[0] === V2) return Y.decodeUpdateV2(body, DecoderV2);
  throw new Error('the bytes are no update of Yjs');
}

/** @param origin of the transaction. */
export function applyTo(doc: Y.Doc, update: Uint8Array, origin: unknown): void {
  const body = update.subarray(1);
  if (update[0] === V2) Y.applyUpdateV2(doc, body, origin);
  else Y.applyUpdate(doc, body, origin);
}

/** The same without its format, in the first encoding. */
export const inFirst = (update: Uint8Array): Uint8Array =>
  update[0] === V2 ? Y.convertUpdateFormatV2ToV1(update.subarray(1)) : update.subarray(1);
