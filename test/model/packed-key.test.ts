import { describe, expect, test } from 'vitest';
import { CrrChangeError, packKey, type SqlValue, unpackKey } from '../../src/index.js';
import { openOracle } from '../support/oracle.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

/** The wire form; it is cr-sqlite's, and can never change. */
const GOLDEN: readonly [SqlValue[], string][] = [
  [[], '00'],
  [[1n], '010901'],
  [['a'], '010b0161'],
  [[0n], '0101'],
  [[-1n], '0141ffffffffffffffff'],
  [[127n], '01097f'],
  [[128n], '010980'],
  [[255n], '0109ff'],
  [[256n], '01110100'],
  [[2n ** 63n - 1n], '01417fffffffffffffff'],
  [[-(2n ** 63n)], '01418000000000000000'],
  [[1], '01023ff0000000000000'],
  [[-0], '01028000000000000000'],
  [[Number.POSITIVE_INFINITY], '01027ff0000000000000'],
  [[Number.NEGATIVE_INFINITY], '0102fff0000000000000'],
  [[''], '0103'],
  [['\0'], '010b0100'],
  [['\u{1F600}'], '010b04f09f9880'],
  [['\uFEFFa'], '010b04efbbbf61'],
  [['x'.repeat(256)], `01130100${'78'.repeat(256)}`],
  [[bytes('')], '0104'],
  [[bytes('00ff')], '010c0200ff'],
  [[null], '0105'],
  [[1n, 'a', bytes('01'), 0.5, null], '0509010b01610c0101023fe000000000000005'],
];

describe('golden bytes', () => {
  test.each(GOLDEN)('%o is %s', (values, packed) => {
    expect(hex(packKey(values))).toBe(packed);
    expect(unpackKey(bytes(packed))).toEqual(values);
  });

  test('-0.0 comes back as -0.0', () => {
    expect(Object.is(unpackKey(packKey([-0]))[0], -0)).toBe(true);
  });

  test('an integer in more bytes than it needs is read', () => {
    expect(unpackKey(bytes('01110001'))).toEqual([1n]);
  });

  test('a packed key inside a larger buffer is read', () => {
    const buffer = bytes('ffff0102bff0000000000000ffff');
    expect(unpackKey(buffer.subarray(2, 12))).toEqual([-1]);
  });

  test('what comes out does not share memory with what went in', () => {
    const packed = bytes('010c0200ff');
    const [value] = unpackKey(packed);
    packed.fill(7);
    expect(value).toEqual(bytes('00ff'));
  });
});

describe('malformed keys', () => {
  test.each([
    ['nothing at all', '', /ends in the middle/],
    ['fewer columns than announced', '01', /ends in the middle/],
    ['an integer cut short', '01110a', /ends in the middle/],
    ['a real cut short', '01023ff000', /ends in the middle/],
    ['a text cut short', '010b0261', /ends in the middle/],
    ['a length cut short', '0113', /ends in the middle/],
    ['a blob longer than the key', '010c05aa', /ends in the middle/],
    ['a length of eight bytes', '0143ffffffffffffffff', /ends in the middle/],
    ['a number of nine bytes', '0149010101010101010101', /number of 9 bytes/],
    ['a length of thirty-one bytes', `01fb${'00'.repeat(31)}`, /malformed/],
    ['an unknown type', '0100', /unknown column type 0/],
    ['type 7', '0107', /unknown column type 7/],
    ['bytes after the end', '01090100', /1 bytes follow/],
    ['text that is not UTF-8', '010b01ff', /not UTF-8/],
    ['a surrogate in UTF-8', '010b03eda080', /not UTF-8/],
  ])('%s', (_case, packed, message) => {
    const read = () => unpackKey(bytes(packed));
    expect(read).toThrow(CrrChangeError);
    expect(read).toThrow(expect.objectContaining({ code: 'CRR_CHANGE_PACKED_KEY' }));
    expect(read).toThrow(message);
  });

  test.each<[string, unknown[]]>([
    ['256 columns', Array.from({ length: 256 }, () => 1n)],
    ['NaN', [Number.NaN]],
    ['an integer beyond int64', [2n ** 63n]],
    ['undefined', [undefined]],
    ['a boolean', [true]],
    ['a Date', [new Date()]],
  ])('packing %s is refused', (_case, values) => {
    expect(() => packKey(values as SqlValue[])).toThrow(
      expect.objectContaining({ code: 'CRR_CHANGE_PACKED_KEY' }),
    );
  });
});

describe('random keys', () => {
  const seed = seedFromEnv();
  const count = numberFromEnv('CRR_KEYS', 300);

  test(`are what cr-sqlite packs, and come back (seed ${seed})`, async () => {
    const random = new Random(seed);
    const oracle = await openOracle();
    await oracle.exec('CREATE TABLE t (a NOT NULL, b NOT NULL, PRIMARY KEY (a, b))');
    await oracle.exec("SELECT crsql_as_crr('t')");
    const keys = Array.from({ length: count }, () => [anyValue(random), anyValue(random)]);
    for (const key of keys) await oracle.run('INSERT OR IGNORE INTO t VALUES (?, ?)', key);
    const theirs = (await oracle.changes()).map(({ pk }) => hex(pk));
    const stored = await oracle.all('SELECT a, b FROM t');
    expect(stored.length).toBeGreaterThan(count / 2);
    expect(stored.map((key) => hex(packKey(key))).sort()).toEqual(theirs.sort());
    for (const key of keys) expect(unpackKey(packKey(key))).toEqual(key);
    await oracle.close();
  });

  test(`cut anywhere are refused, never misread (seed ${seed})`, () => {
    const random = new Random(seed);
    for (let i = 0; i < count; i++) {
      const packed = packKey([anyValue(random), anyValue(random)]);
      const cut = packed.subarray(0, random.int(packed.length));
      expect(() => unpackKey(cut)).toThrow(CrrChangeError);
    }
  });

  test(`made of noise give values or a CrrChangeError, nothing else (seed ${seed})`, () => {
    const random = new Random(seed);
    for (let i = 0; i < count * 10; i++) {
      const noise = random.bytes(random.int(12));
      if (noise.length > 0) noise[0] = random.int(3);
      try {
        const values = unpackKey(noise);
        expect(unpackKey(packKey(values))).toEqual(values);
      } catch (error) {
        // NaN can be written in a key but not stored by SQLite.
        expect(error).toBeInstanceOf(CrrChangeError);
      }
    }
  });
});

function anyValue(random: Random): SqlValue {
  switch (random.int(5)) {
    case 0:
      return BigInt.asIntN(64, (1n << BigInt(random.int(65))) + BigInt(random.int(3)) - 1n);
    case 1:
      return random.pick([0.5, -2.25, 1e300, 5e-324, Number.POSITIVE_INFINITY, random.int(9) / 7]);
    case 2:
      return random.pick(['', 'a', 'a\0b', '\u{1F600}', 'é', 'x'.repeat(random.int(400))]);
    case 3:
      return random.bytes(random.int(300));
    default:
      return BigInt(random.int(1000));
  }
}
