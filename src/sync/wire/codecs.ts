import { binaryCodec } from './binary-codec.js';
import type { Codec } from './codec.js';
import { jsonCodec } from './json-codec.js';

/** The forms of messages by name, the preferred one first. */
export const CODECS = {
  binary: binaryCodec,
  json: jsonCodec,
} as const satisfies Readonly<Record<string, Codec>>;

export type CodecName = keyof typeof CODECS;

const ALL: readonly Codec[] = Object.values(CODECS);

/** The content types of all codecs, for messages. */
export const CONTENT_TYPES = ALL.map(({ contentType }) => contentType).join(' or ');

/** The codec of a body, by its content-type header. */
export function codecOfType(contentType: string | null): Codec | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return ALL.find((codec) => codec.contentType === type);
}

/** The codec to answer with: the first that the accept header names, otherwise the preferred one. */
export function acceptedCodec(accept: string | null): Codec {
  return ALL.find(({ contentType }) => accept?.includes(contentType)) ?? ALL[0]!;
}
