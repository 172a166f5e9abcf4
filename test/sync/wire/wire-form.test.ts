/** Pins the forms of protocol version 1. If one of these changes, raise PROTOCOL_VERSION. */
import { expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../src/model/value.js';
import { PROTOCOL_VERSION } from '../../../src/sync/protocol.js';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../../src/sync/wire/binary-message.js';
import { seal, unseal } from '../../../src/sync/wire/envelope.js';
import { encodeError } from '../../../src/sync/wire/error-body.js';
import { gunzip } from '../../../src/sync/wire/gzip.js';
import { jsonCodec } from '../../../src/sync/wire/json-codec.js';
import { encodePresence, encodeVersion } from '../../../src/sync/wire/live-events.js';
import { SyncRefusal } from '../../../src/sync/wire/sync-refusal.js';
import { Random, seedFromEnv } from '../../support/random.js';
import { changes, rareRequest, rareResponse, request, response, siteId } from './messages.js';

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('the version is 1', () => expect(PROTOCOL_VERSION).toBe(1));

test('a request', () => {
  expect(bytesToHex(encodeRequest(request))).toBe(
    [
      '510f0101010101010101010101010101010110303132333435363738396162636465660404040404',
      '040404040404040404040402017401750300017404010b016b010479010161010e00020202020202',
      '020202020202020202020a0201623ff0000000000000330163ac020102c3a9f40164010201030303',
      '03030303030303030303030303090100000301090201024801000904ffffffffffffffffff010101',
      '7504010b016b02019002000203070174090101020166020405ac02',
    ].join(''),
  );
});

test('a response', () => {
  expect(bytesToHex(encodeResponse(response))).toBe(
    [
      '520704040404040404040404040404040404000177ffffffffffffff0f090102030200020101740301',
      '09010003010902000901660102010174030109030003010904',
      '01164352525f4348414e47455f524f575f524546555345440001',
      '58',
    ].join(''),
  );
});

test('parts of rows, rejected rows, cells that are too large, receipts and tickets', () => {
  expect(bytesToHex(encodeRequest(rareRequest))).toBe(
    '517c010101010101010101010101010101010000030307021030313233343536373839616263646566040102017409ac0201660000008827' +
      '07312e61612f6262000463633a32',
  );
  expect(bytesToHex(encodeResponse(rareResponse))).toBe(
    '52380404040404040404040404040404040400000001010174030109050101017400016307312e61612f6262',
  );
});

test('the offer of a snapshot', () => {
  const offer = { siteId: siteId(4), schema: '', rights: '', dbVersion: 1, snapshot: 'abc' };
  expect(bytesToHex(encodeResponse(offer))).toBe(`528002${'04'.repeat(16)}00000103616263`);
});

test('the envelope: a short message as it is, a long one in gzip', async () => {
  expect(bytesToHex(await seal(new Uint8Array([1, 2])))).toBe('43525201000102');
  const long = new Uint8Array(1_000).fill(7);
  const sealed = await seal(long);
  expect(bytesToHex(sealed.subarray(0, 7))).toBe('43525201011f8b');
  expect(await gunzip(sealed.subarray(5), 1_000)).toEqual(long);
  expect(await unseal(sealed, 1_000)).toEqual(long);
});

test('JSON', async () => {
  const [one] = changes;
  const push = { changes: [one!], through: request.push!.through };
  expect(JSON.parse(textOf(await jsonCodec.encodeRequest({ ...request, push })))).toEqual({
    version: 1,
    siteId: '01'.repeat(16),
    schema: '0123456789abcdef',
    to: '04'.repeat(16),
    tables: ['t', 'u'],
    push: {
      changes: [
        {
          table: 't',
          pk: '010b016b',
          cid: 'a',
          val: { integer: '5' },
          col_version: 1,
          db_version: 7,
          site_id: '02'.repeat(16),
          cl: 1,
          seq: 1,
        },
      ],
      through: { since: 3, after: { db_version: 7, row: { table: 't', key: '-5' } } },
    },
    pull: {
      cursor: { since: 1, after: { db_version: 2 } },
      filter: 'f',
      skip: [4, 9],
      maxBytes: 300,
    },
  });
  expect(JSON.parse(textOf(await jsonCodec.encodeResponse(response)))).toEqual({
    version: 1,
    siteId: '04'.repeat(16),
    schema: '',
    rights: 'w',
    dbVersion: 2 ** 53 - 1,
    refused: [
      { table: 't', pk: '010903', drop: true, code: 'CRR_CHANGE_ROW_REFUSED' },
      { table: 't', pk: '010904', drop: false, code: 'X' },
    ],
    pushed: { stamp: 9, cellsWon: 1, cellsIgnored: 2, pending: 3, held: 2 },
    pulled: {
      changes: [],
      hidden: [
        { table: 't', pk: '010901' },
        { table: 't', pk: '010902' },
      ],
      cursor: 9,
      filter: 'f',
      more: true,
      restarted: false,
      ownReturn: false,
    },
  });
});

test('an error', async () => {
  const refusal = new SyncRefusal({
    code: 'CRR_SYNC_FORBIDDEN',
    message: 'no',
    status: 403,
    details: {
      siteId: siteId(1),
      siteIds: [siteId(2)],
    },
  });
  const answer = encodeError(refusal);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([403, 'application/json']);
  expect(await answer.json()).toEqual({
    error: {
      code: 'CRR_SYNC_FORBIDDEN',
      message: 'no',
      siteId: '01'.repeat(16),
      siteIds: ['02'.repeat(16)],
    },
  });
});

test('an event of the live stream', () => {
  expect(textOf(encodeVersion(42))).toBe('event: version\ndata: {"version":42}\n\n');
  expect(textOf(encodePresence(true, ['{"id":"5e","state":{"name":"Ann"}}'], ['0f']))).toBe(
    'event: presence\ndata: {"all":true,"set":[{"id":"5e","state":{"name":"Ann"}}],"gone":["0f"]}\n\n',
  );
});

test('damaged binary messages are refused, and never read without an end', () => {
  const bytes = encodeRequest(request);
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeRequest(bytes.subarray(0, length))).toThrow(/malformed sync message/);
  }
  expect(() => decodeRequest(Uint8Array.of(...bytes, 0))).toThrow('bytes follow its end');
  const random = new Random(seedFromEnv());
  for (let round = 0; round < 2_000; round++) {
    const damaged = bytes.slice();
    for (let n = 1 + random.int(3); n > 0; n--) damaged[random.int(bytes.length)] = random.int(256);
    try {
      decodeRequest(damaged);
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^CRR_SYNC_/) });
    }
  }
});

test('a version at the top of int64 cannot be read', () => {
  const nothing = { pushed: undefined, pulled: undefined, refused: undefined };
  const top = hexToBytes('ffffffffffffffff7f');
  const bytes = encodeResponse({ ...response, dbVersion: 0, ...nothing });

  const jumped = Uint8Array.of(...bytes.subarray(0, bytes.length - 1), ...top);
  expect(() => decodeResponse(jumped)).toThrow('greater than 2^53 - 1');
});
