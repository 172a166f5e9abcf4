import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './binary-message.js';
import type { Codec } from './codec.js';
import { seal, unseal } from './envelope.js';

/** Messages in binary, compressed, in an envelope: what clients use if nothing else is asked for. */
export const binaryCodec: Codec = {
  contentType: 'application/x-drizzle-crr',
  encodeRequest: (request) => seal(encodeRequest(request)),
  decodeRequest: async (body, { maxMessageBytes, maxChanges }) =>
    decodeRequest(await unseal(body, maxMessageBytes), maxChanges),
  encodeResponse: (response) => seal(encodeResponse(response)),
  decodeResponse: async (body, { maxMessageBytes }) =>
    decodeResponse(await unseal(body, maxMessageBytes)),
};
