/** What every codec has to do. A new one runs it as codecs.test.ts does. */
import { describe, expect, test } from 'vitest';
import { packKey } from '../../../src/index.js';
import type { Change } from '../../../src/model/change.js';
import type { SyncRequest } from '../../../src/sync/protocol.js';
import type { Codec, RequestLimits } from '../../../src/sync/wire/codec.js';
import { Random, seedFromEnv } from '../../support/random.js';
import { rareRequest, rareResponse, request, response, row, siteId, values } from './messages.js';

const LIMITS: RequestLimits = { maxMessageBytes: 100_000, maxChanges: 1_000 };

export function testCodec(name: string, codec: Codec): void {
  const roundTrip = async (message: SyncRequest) =>
    codec.decodeRequest(await codec.encodeRequest(message), LIMITS);
  const pushed = async (changes: readonly Change[]) =>
    (await roundTrip({ ...request, push: { changes, through: 0 } })).push!.changes;

  describe(`the ${name} codec`, () => {
    test('returns the same messages', async () => {
      expect(await roundTrip(request)).toEqual(request);
      expect(await roundTrip(rareRequest)).toEqual(rareRequest);
      const rare = await codec.encodeResponse(rareResponse);
      expect(await codec.decodeResponse(rare, LIMITS)).toEqual(rareResponse);
      const offer = { ...rareResponse, snapshot: 'abc' };
      expect(await codec.decodeResponse(await codec.encodeResponse(offer), LIMITS)).toEqual(offer);
      const body = await codec.encodeResponse(response);
      expect(await codec.decodeResponse(body, LIMITS)).toEqual(response);
    });

    test('returns messages without optional parts', async () => {
      const least = { siteId: siteId(1), schema: '' };
      expect(await roundTrip(least)).toEqual(least);
      const empty = { ...least, rights: '', dbVersion: 0 };
      const body = await codec.encodeResponse(empty);
      expect(await codec.decodeResponse(body, LIMITS)).toEqual(empty);
    });

    test('keeps every value and its storage class', async () => {
      const all = values.map((val, seq) => ({ ...row, cid: `c${seq}`, val, seq }));
      (await pushed(all)).forEach((change, i) => {
        expect(Object.is(change.val, values[i]) || change.val instanceof Uint8Array).toBe(true);
        expect(change.val).toEqual(values[i]);
      });
    });

    test('returns random changes, in any order, as the same set', async () => {
      const random = new Random(seedFromEnv());
      for (let round = 0; round < 100; round++) {
        const many = Array.from({ length: random.int(60) }, () => randomChange(random));
        expect(keysOf(await pushed(many))).toEqual(keysOf(many));
      }
    });

    test('returns long keys, and changes of many sites', async () => {
      const long = packKey(['k'.repeat(60_000)]);
      expect((await pushed([{ ...row, pk: long, cid: 'a', val: null, seq: 1 }]))[0]!.pk).toEqual(
        long,
      );
      const many = Array.from({ length: 900 }, (_, i): Change => {
        const site = new Uint8Array(16);
        new DataView(site.buffer).setUint32(0, i * 7919);
        return { ...row, cid: 'a', val: BigInt(i), seq: i, site_id: site };
      });
      expect(keysOf(await pushed(many))).toEqual(keysOf(many));
    });

    test('refuses more changes than the limit', async () => {
      const changes = values.map((val, seq) => ({ ...row, cid: `c${seq}`, val, seq }));
      const body = await codec.encodeRequest({ ...request, push: { changes, through: 0 } });
      const decode = codec.decodeRequest(body, { ...LIMITS, maxChanges: changes.length - 1 });
      await expect(decode).rejects.toMatchObject({ code: 'CRR_SYNC_TOO_LARGE', status: 413 });
    });

    test('refuses bodies that are cut short, empty, or of the other message', async () => {
      const body = await codec.encodeRequest(request);
      for (let length = 0; length < body.length; length += 5) {
        const decode = codec.decodeRequest(body.subarray(0, length), LIMITS);
        await expect(decode).rejects.toMatchObject({ code: 'CRR_SYNC_MALFORMED' });
      }
      const other = codec.decodeResponse(body, LIMITS);
      await expect(other).rejects.toMatchObject({ code: 'CRR_SYNC_MALFORMED' });
    });
  });
}

function randomChange(random: Random): Change {
  return {
    table: random.pick(['t', 'u', 'v']),
    pk: packKey([BigInt(random.int(8))]),
    cid: random.pick(['-1', 'a', 'b', 'c']),
    val: random.pick(values),
    col_version: random.int(4),
    db_version: random.chance(0.1) ? 2 ** 53 - 1 : random.int(1_000),
    site_id: siteId(random.int(4)),
    cl: 1 + random.int(3),
    seq: random.int(300),
  };
}

const keysOf = (changes: readonly Change[]) =>
  changes
    .map(({ pk, site_id, val, ...rest }) => {
      const names = Object.entries(rest).sort();
      return JSON.stringify([
        pk.join(),
        site_id.join(),
        names,
        typeof val,
        String(val),
        Object.is(val, -0),
      ]);
    })
    .sort();
