import { expect, test } from 'vitest';
import type { SqlValue } from '../../src/model/value.js';
import { JsonRow, JsonRows } from '../../src/sql/json-rows.js';

const rowOf = (...values: SqlValue[]) => {
  const row = new JsonRow();
  for (const value of values) row.value(value);
  return row;
};
const rowsOf = (values: readonly (readonly SqlValue[])[]) => {
  const rows = new JsonRows<number>(
    (value, from) => `${values[0]!.map((_, i) => value(i)).join()} ${from}`,
  );
  for (const [i, row] of values.entries()) rows.add(i, rowOf(...row));
  rows.finish();
  return rows;
};

test.each<[SqlValue, boolean]>([
  [null, true],
  ['text', true],
  [5n, true],
  [2n ** 53n - 1n, true],
  [2n ** 53n, false],
  [-(2n ** 63n), false],
  [1, true],
  [0.1, true],
  [-0, false],
  [1e-7, false],
  [1e300, false],
  [Number.POSITIVE_INFINITY, false],
  [new Uint8Array(), false],
])('%s: JSON carries it exactly: %s', (value, isExact) => {
  expect(rowOf('a', value, null).isExact).toBe(isExact);
});

test('a number that all rows share is written into the statement, and is not in the JSON', () => {
  const { statements } = rowsOf([
    [1n, 'a', 3n],
    [1n, 'a', 4n],
  ]);
  expect(statements).toEqual([
    { sql: '1,j.value ->> 0,j.value ->> 1 json_each(?) AS j', args: ['[["a",3],["a",4]]'] },
  ]);
});

test('rows that share everything are still as many', () => {
  const { statements } = rowsOf([
    [1n, null],
    [1n, null],
  ]);
  expect(statements).toEqual([{ sql: '1,NULL json_each(?) AS j', args: ['[[],[]]'] }]);
});

test.each(['a\0b', '\ud800', 'x\udfff'])('%j: its rows are left to be bound', (text) => {
  const { statements, inexact } = rowsOf([['a'], [text]]);
  expect(statements).toEqual([]);
  expect(inexact).toEqual([0, 1]);
});

test.each(['\u{1F600}', '\u0001', '\n"\\', '\uFEFF'])('%j goes as JSON', (text) => {
  const { statements } = rowsOf([[text]]);
  expect(JSON.parse(statements[0]!.args[0] as string)).toEqual([[text]]);
});

test('many rows are spread over texts of bounded length, none of them empty', () => {
  const { statements, inexact } = rowsOf(
    Array.from({ length: 50 }, (_, i) => [`row ${i}`, 'x'.repeat(i === 7 ? 900_000 : 50_000)]),
  );
  expect(inexact).toEqual([]);
  const rows = statements.map(({ args }) => JSON.parse(args[0] as string) as unknown[][]);
  expect(rows.flat().map(([id]) => id)).toEqual(Array.from({ length: 50 }, (_, i) => `row ${i}`));
  expect(Math.min(...rows.map(({ length }) => length))).toBeGreaterThan(0);
  expect(statements.filter(({ args }) => String(args[0]).length > 650_000)).toHaveLength(1);
});
