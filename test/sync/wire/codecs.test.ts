import { describe, expect, test } from 'vitest';
import { binaryCodec } from '../../../src/sync/wire/binary-codec.js';
import type { Codec } from '../../../src/sync/wire/codec.js';
import { acceptedCodec, CODECS, codecOfType } from '../../../src/sync/wire/codecs.js';
import { jsonCodec } from '../../../src/sync/wire/json-codec.js';
import { malformed } from '../../../src/sync/wire/message-errors.js';
import { testCodec } from './codec-suite.js';
import { request } from './messages.js';

for (const [name, codec] of Object.entries(CODECS)) testCodec(name, codec);

/** The interface has room for a form that needs a key and asynchronous ciphers. */
testCodec('encrypting', await encryptingCodec());

async function encryptingCodec(): Promise<Codec> {
  const algorithm = { name: 'AES-GCM', length: 256 };
  const key = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  const encrypt = async (plain: Uint8Array<ArrayBuffer>) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const rest = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain);
    return Uint8Array.of(...iv, ...new Uint8Array(rest));
  };
  const decrypt = async (body: Uint8Array) => {
    const [iv, rest] = [body.slice(0, 12), body.slice(12)];
    try {
      return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, rest));
    } catch {
      throw malformed('it cannot be decrypted');
    }
  };
  return {
    contentType: 'application/x-encrypted',
    encodeRequest: async (message) => encrypt(await binaryCodec.encodeRequest(message)),
    decodeRequest: async (body, limits) => binaryCodec.decodeRequest(await decrypt(body), limits),
    encodeResponse: async (message) => encrypt(await binaryCodec.encodeResponse(message)),
    decodeResponse: async (body, limits) => binaryCodec.decodeResponse(await decrypt(body), limits),
  };
}

describe('the codec', () => {
  test.each([
    ['application/x-drizzle-crr', binaryCodec],
    ['Application/JSON; charset=utf-8', jsonCodec],
    ['text/plain', undefined],
    [null, undefined],
  ])('of the content-type %s', (type, codec) => {
    expect(codecOfType(type)).toBe(codec);
  });

  test.each([
    [null, binaryCodec],
    ['*/*', binaryCodec],
    ['application/json', jsonCodec],
    ['application/json, application/x-drizzle-crr', binaryCodec],
  ])('that answers accept: %s', (accept, codec) => {
    expect(acceptedCodec(accept)).toBe(codec);
  });
});

describe('JSON', () => {
  const bodyOf = (json: object) => new TextEncoder().encode(JSON.stringify(json));
  const limits = { maxMessageBytes: 1_000, maxChanges: 10 };
  const decode = async (change: (json: Record<string, unknown>) => object) => {
    const text = new TextDecoder().decode(await jsonCodec.encodeRequest(request));
    return jsonCodec.decodeRequest(bodyOf(change(JSON.parse(text))), limits);
  };

  test('of another version is refused, with the versions that are known', async () => {
    await expect(decode((json) => ({ ...json, version: 2 }))).rejects.toMatchObject({
      code: 'CRR_SYNC_VERSION',
      details: { versions: [1] },
    });
  });

  test.each([
    [{ version: undefined }, 'version is not an integer from 0 to 2^53 - 1'],
    [{ siteId: '01' }, 'siteId is not 16 bytes in hex'],
    [{ tables: ['t', 1] }, 'tables[1] is not a string'],
    [{ pull: { cursor: -1 } }, 'pull.cursor is not an integer'],
    [{ push: { changes: [{ table: 't' }], through: 0 } }, 'push.changes[0].pk is not bytes in hex'],
    [{ push: [] }, 'push is not an object'],
  ])('with %j is refused, with the place', async (fields, message) => {
    await expect(decode((json) => ({ ...json, ...fields }))).rejects.toThrow(message);
  });
});
