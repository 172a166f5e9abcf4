import { decodeImportBlobMeta, type PeerID } from 'loro-crdt';

/** What an update has of one writer: counters from `start` up to `end`. */
export interface Span {
  readonly peer: PeerID;
  readonly start: number;
  readonly end: number;
}

/** Nobody types so many characters. Loro counts with 31 bits. */
const MAX_COUNTER = 2 ** 31 - 2;

const known = new WeakMap<Uint8Array, readonly Span[] | undefined>();

/** What is in an update; undefined if the bytes are none. Loro's updates have a checksum, and begin with its name. */
export function spansOf(update: Uint8Array): readonly Span[] | undefined {
  if (!known.has(update)) known.set(update, read(update));
  return known.get(update);
}

function read(update: Uint8Array): readonly Span[] | undefined {
  try {
    const meta = decodeImportBlobMeta(update, true);
    // A snapshot would replace what is there, and may lack its past.
    if (meta.mode !== 'update') return undefined;
    const starts = meta.partialStartVersionVector.toJSON();
    const spans = [...meta.partialEndVersionVector.toJSON()].map(
      ([peer, end]): Span => ({ peer, start: starts.get(peer) ?? 0, end }),
    );
    return spans.every(isSound) ? spans : undefined;
  } catch {
    return undefined;
  }
}

const isSound = ({ start, end }: Span) => start >= 0 && start <= end && end <= MAX_COUNTER;

export const isUpdate = (update: Uint8Array): boolean => spansOf(update) !== undefined;
