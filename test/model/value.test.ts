import { expect, test } from 'vitest';
import {
  bytesToHex,
  compareValues,
  hexToBytes,
  type SqlValue,
  storageClass,
} from '../../src/model/value.js';
import { greaterSql } from '../../src/sql/compare.js';
import { bindValue } from '../../src/sql/statement.js';
import { memoryClient } from '../support/client.js';

const bytes = (...items: number[]) => Uint8Array.from(items);

const VALUES: readonly SqlValue[] = [
  null,
  0n,
  1n,
  -1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  9007199254740993n,
  9007199254740992n,
  0,
  1,
  -1.5,
  1e300,
  5e-324,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '',
  'a',
  'B',
  'ab',
  'a\0b',
  'é',
  '\u{1F600}',
  '\uFFFD',
  bytes(),
  bytes(0),
  bytes(97),
  bytes(97, 0),
  bytes(255),
];

test('values are ordered in JavaScript as in the generated SQL, every pair of them', async () => {
  const client = memoryClient();
  for (const a of VALUES) {
    // One statement per value: a column of the comparison with each other.
    const args: SqlValue[] = [];
    const selects = VALUES.map(
      (b) =>
        `SELECT ${greaterSql('a', 'b')} FROM (SELECT ${literal(a, args)} AS a, ${literal(b, args)} AS b)`,
    );
    const { rows } = await client.execute({
      sql: selects.join(' UNION ALL '),
      args: args as never,
    });
    expect(rows.map((row) => row[0] === 1)).toEqual(VALUES.map((b) => compareValues(a, b) > 0));
  }
});

/** NUL in text is spelt out: this test is about the order, not about binding. */
function literal(value: SqlValue, args: SqlValue[]): string {
  if (typeof value !== 'string') return bindValue(value, args);
  return `CAST(x'${Buffer.from(value).toString('hex')}' AS TEXT)`;
}

test('the order is total: antisymmetric and transitive', () => {
  for (const a of VALUES) {
    for (const b of VALUES) {
      expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a))).toBe(0);
      for (const c of VALUES) {
        if (compareValues(a, b) > 0 && compareValues(b, c) > 0) {
          expect(compareValues(a, c)).toBeGreaterThan(0);
        }
      }
    }
  }
});

test.each<[unknown, ReturnType<typeof storageClass>]>([
  [null, 'null'],
  [1n, 'integer'],
  [1, 'real'],
  ['1', 'text'],
  [bytes(), 'blob'],
  [Buffer.from('a'), 'blob'],
  [2n ** 63n, undefined],
  [-(2n ** 63n) - 1n, undefined],
  [Number.NaN, undefined],
  [undefined, undefined],
  [true, undefined],
  [{}, undefined],
  [[1], undefined],
  [new Date(), undefined],
  [new ArrayBuffer(1), undefined],
])('the storage class of %o is %s', (value, expected) => {
  expect(storageClass(value)).toBe(expected);
});

test('bytes as hex and back', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(bytesToHex(all)).toBe(Buffer.from(all).toString('hex'));
  expect(hexToBytes(bytesToHex(all).toUpperCase())).toEqual(all);
});
