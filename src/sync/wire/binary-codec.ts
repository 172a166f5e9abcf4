import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './binary-message.js';
import type { Codec } from './codec.js';
import { seal, unseal } from './envelope.js';

/** Binary messages in an envelope, compressed. This is the default. */
export const binaryCodec: Codec = {
  contentType: 'application/x-drizzle-crr',
  encodeRequest: (request) => seal(encodeRequest(request)),
  decodeRequest: async (body, { maxMessageBytes, maxChanges }) =>
    decodeRequest(await unseal(body, maxMessageBytes), maxChanges),
  encodeResponse: (response) => seal(encodeResponse(response)),
  decodeResponse: async (body, { maxMessageBytes }) =>
    decodeResponse(await unseal(body, maxMessageBytes)),
};
