import { binaryCodec } from './binary-codec.js';
import type { Codec } from './codec.js';
import { jsonCodec } from './json-codec.js';

/** All codecs by name. The first one is the default. */
export const CODECS = {
  binary: binaryCodec,
  json: jsonCodec,
} as const satisfies Readonly<Record<string, Codec>>;

export type CodecName = keyof typeof CODECS;

const ALL: readonly Codec[] = Object.values(CODECS);

/** All content types, for error messages. */
export const CONTENT_TYPES = ALL.map(({ contentType }) => contentType).join(' or ');

/** Finds the codec of a body by its content-type header. */
export function codecOfType(contentType: string | null): Codec | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return ALL.find((codec) => codec.contentType === type);
}

/** Chooses the codec of an answer: the first one in the accept header, or else the default. */
export function acceptedCodec(accept: string | null): Codec {
  return ALL.find(({ contentType }) => accept?.includes(contentType)) ?? ALL[0]!;
}
