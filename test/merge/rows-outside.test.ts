import { expect, test } from 'vitest';
import { rowsOutsideSql } from '../../src/merge/rows-outside.js';
import type { TableSpec } from '../../src/model/table-spec.js';

test('the rows outside of a condition, in a table and columns with hostile names', () => {
  const key = (name: string) => ({ name, property: name, sqlType: 'TEXT' });
  const spec: TableSpec = {
    name: 'a "b"',
    rows: 'causal',
    key: [key('x"y'), key('select')],
    clockColumns: [],
    cellColumns: [],
  };
  expect(rowsOutsideSql(spec, "VALUES (0, ?, 'k')", '"a ""b""."owner" = ?')).toBe(
    `SELECT crr_pushed.column1 AS mark
FROM (
  VALUES (0, ?, 'k')
) AS crr_pushed
JOIN "a ""b"""
  ON "a ""b"""."x""y" = crr_pushed.column2
  AND "a ""b"""."select" = crr_pushed.column3
WHERE
  ("a ""b""."owner" = ?) IS NOT TRUE`,
  );
});
