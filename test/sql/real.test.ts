import { expect, test } from 'vitest';
import { partsOfReal, realOfParts } from '../../src/sql/real.js';
import { memoryClient } from '../support/client.js';
import { Random, seedFromEnv } from '../support/random.js';

const bits = new DataView(new ArrayBuffer(8));

/** Reals as people write them, and with any bits. */
function* reals(random: Random): Generator<number> {
  for (const power of [
    -1_074, -1_023, -1_022, -63, -21, -20, -1, 0, 1, 42, 43, 53, 62, 63, 1_023,
  ]) {
    for (const near of [-(2 ** -52), 0, 2 ** -52]) yield (1 + near) * 2 ** power;
  }
  yield* [0, 0.1, 0.2, 0.3, 1 / 3, 5e-324, Number.MAX_VALUE, Math.PI, 1.7e12 + 0.123];
  for (let i = 0; i < 20_000; i++) {
    bits.setUint32(0, random.int(2 ** 32 - 1));
    bits.setUint32(4, random.int(2 ** 32 - 1));
    const any = bits.getFloat64(0);
    if (Number.isFinite(any)) yield any;
    const digits = random.int(17);
    yield Number(((random.int(2 ** 32 - 1) / 2 ** 32) * 10 ** random.int(14)).toFixed(digits)) *
      (i % 2 ? 1 : -1);
  }
}

test('parts of a real are integers that JSON carries', () => {
  const carried = { all: 0, usual: 0, ofUsual: 0 };
  for (const value of reals(new Random(seedFromEnv()))) {
    const parts = partsOfReal(value);
    const isUsual = Math.abs(value) > 1e-6 && Math.abs(value) < 8e12;
    if (isUsual) carried.usual++;
    if (parts === undefined) continue;
    carried.all++;
    if (isUsual) carried.ofUsual++;
    expect(Number.isSafeInteger(parts.integer) && parts.shift >= 0 && parts.shift <= 62).toBe(true);
    expect(Object.is(parts.integer / 1024 / 2 ** parts.shift, value)).toBe(true);
  }
  expect(carried.ofUsual).toBe(carried.usual);
  expect(carried.all).toBeGreaterThan(15_000);
});

test('SQL computes the real to the last bit', async () => {
  const client = memoryClient();
  const values = [...reals(new Random(seedFromEnv()))].filter((value) => partsOfReal(value));
  const rows = values.map((value) => {
    const { integer, shift } = partsOfReal(value)!;
    return [integer, shift];
  });
  const real = realOfParts('(j.value ->> 0)', '(j.value ->> 1)');
  const { rows: found } = await client.execute({
    sql: `SELECT ${real}, typeof(${real}) FROM json_each(?) AS j`,
    args: [JSON.stringify(rows)],
  });
  expect(found).toHaveLength(values.length);
  found.forEach((row, i) => {
    if (!Object.is(row[0], values[i]) || row[1] !== 'real') {
      expect.fail(`${values[i]} came back as ${row[0]} (${row[1]})`);
    }
  });
});
