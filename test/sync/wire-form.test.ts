/** Pins the bytes of protocol version 1. If one of these changes, raise PROTOCOL_VERSION. */
import { describe, expect, test } from 'vitest';
import { packKey } from '../../src/index.js';
import type { Change } from '../../src/model/change.js';
import { bytesToHex, hexToBytes } from '../../src/model/value.js';
import { PROTOCOL_VERSION, type SyncRequest, type SyncResponse } from '../../src/sync/protocol.js';
import { gunzip } from '../../src/sync/wire/compression.js';
import { seal, unseal } from '../../src/sync/wire/envelope.js';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../src/sync/wire/message-binary.js';
import {
  requestFromJson,
  requestToJson,
  responseFromJson,
  responseToJson,
} from '../../src/sync/wire/message-json.js';
import { Random, seedFromEnv } from '../support/random.js';

const site = (byte: number) => new Uint8Array(16).fill(byte);
const row = {
  table: 't',
  pk: packKey(['k']),
  cl: 1,
  col_version: 1,
  db_version: 7,
  site_id: site(2),
};
const changes: Change[] = [
  { ...row, cid: 'a', val: 5n, seq: 1 },
  { ...row, cid: 'b', val: 1, seq: 2 },
  { ...row, cid: 'c', val: 'é', seq: 3, col_version: 300, db_version: 6 },
  { ...row, cid: 'd', val: new Uint8Array([0]), seq: 9, site_id: site(3) },
  { ...row, pk: packKey([2n]), cid: 'a', val: null, seq: 10 },
  { ...row, pk: packKey([2n]), cid: 'd', val: -(2n ** 63n), seq: 11 },
  { ...row, table: 'u', pk: packKey(['k']), cid: '-1', val: null, cl: 2, col_version: 2, seq: 0 },
];
const request: SyncRequest = {
  site: site(1),
  schema: '0123456789abcdef',
  to: site(4),
  tables: ['t', 'u'],
  push: {
    changes,
    through: { since: 3, after: { db_version: 7, row: { table: 't', key: '-5' } } },
  },
  pull: {
    cursor: { since: 1, after: { db_version: 2 } },
    filter: 'f',
    skip: [4, 9],
    maxBytes: 300,
  },
};
const response: SyncResponse = {
  site: site(4),
  schema: '',
  version: 2 ** 53 - 1,
  pushed: { stamp: 9, cellsWon: 1, cellsIgnored: 2, pending: 3 },
  pulled: {
    changes: [],
    hidden: [
      { table: 't', pk: packKey([1n]) },
      { table: 't', pk: packKey([2n]) },
    ],
    cursor: 9,
    filter: 'f',
    more: true,
    restarted: false,
    ownReturn: false,
  },
};

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
      '52030404040404040404040404040404040400ffffffffffffff0f09010203000201017403010901',
      '00030109020009016601',
    ].join(''),
  );
});

test('the envelope: short as it is, long in gzip', async () => {
  expect(bytesToHex(await seal(new Uint8Array([1, 2])))).toBe('43525201000102');
  const long = new Uint8Array(1_000).fill(7);
  const sealed = await seal(long);
  expect(bytesToHex(sealed.subarray(0, 7))).toBe('43525201011f8b');
  expect(await gunzip(sealed.subarray(5), 1_000)).toEqual(long);
  expect(await unseal(sealed, 1_000)).toEqual(long);
});

describe('round trips', () => {
  test('binary', () => {
    expect(decodeRequest(encodeRequest(request))).toEqual(request);
    expect(decodeResponse(encodeResponse(response))).toEqual(response);
  });

  test('JSON', () => {
    expect(requestFromJson(requestToJson(request))).toEqual(request);
    expect(responseFromJson(responseToJson(response))).toEqual(response);
  });

  const values = [
    null,
    0n,
    -1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    1,
    -0,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    5e-324,
    '',
    'a\0b',
    '\uFEFF𝄞',
    new Uint8Array(),
    new Uint8Array([0, 255]),
  ];

  test.each([
    ['binary', (r: SyncRequest) => decodeRequest(encodeRequest(r))],
    ['JSON', (r: SyncRequest) => requestFromJson(requestToJson(r))],
  ])('every value keeps its storage class in %s', (_, roundTrip) => {
    const all = values.map((val, seq) => ({ ...row, cid: `c${seq}`, val, seq }));
    const back = roundTrip({ ...request, push: { changes: all, through: 0 } }).push!.changes;
    back.forEach((change, i) => {
      expect(Object.is(change.val, values[i]) || change.val instanceof Uint8Array).toBe(true);
      expect(change.val).toEqual(values[i]);
    });
  });

  test('random changes, in any order, come out as the same set', () => {
    const random = new Random(seedFromEnv());
    for (let round = 0; round < 200; round++) {
      const many = Array.from({ length: random.int(60) }, (): Change => {
        const cl = 1 + random.int(3);
        return {
          table: random.pick(['t', 'u', 'v']),
          pk: packKey([BigInt(random.int(8))]),
          cid: random.pick(['-1', 'a', 'b', 'c']),
          val: random.pick(values),
          col_version: random.int(4),
          db_version: random.chance(0.1) ? 2 ** 53 - 1 : random.int(1_000),
          site_id: site(random.int(4)),
          cl,
          seq: random.int(300),
        };
      });
      const { push } = decodeRequest(
        encodeRequest({ ...request, push: { changes: many, through: 1 } }),
      );
      expect(keys(push!.changes)).toEqual(keys(many));
    }
  });
});

const keys = (list: readonly Change[]) =>
  list
    .map(({ pk, site_id, val, ...rest }) =>
      JSON.stringify([
        pk.join(),
        site_id.join(),
        rest,
        typeof val,
        String(val),
        Object.is(val, -0),
      ]),
    )
    .sort();

test('damaged messages are refused, never misread without an end', () => {
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
      expect(error).toMatchObject({ name: 'CrrSyncError' });
    }
  }
});

test('a version at the top of int64 has no reading', () => {
  const top = hexToBytes('ffffffffffffffff7f');
  const bytes = encodeResponse({ ...response, version: 0, pushed: undefined, pulled: undefined });
  const jumped = Uint8Array.of(...bytes.subarray(0, bytes.length - 1), ...top);
  expect(() => decodeResponse(jumped)).toThrow('beyond 2^53 - 1');
});
