import type { TableSpec } from '../schema/table-spec.js';
import { cellColumns } from './clock-table.js';
import { clockTable, keyOf, STATE_TABLE } from './names.js';
import { quoteName } from './quote.js';
import { seqWidth } from './write-triggers.js';

/**
 * Gives a clock to every base row that has none, as if this site had written them all in one
 * transaction: rows that were there before the table became a CRR, or were written while its
 * triggers were missing. Set-based, and nothing happens where every row has its clock.
 */
export function backfillStatements(spec: TableSpec): string[] {
  const clock = quoteName(clockTable(spec.name));
  const keys = spec.key.map(({ name }) => quoteName(keyOf(name)));
  const matches = spec.key
    .map(({ name }, i) => `k.${keys[i]} = b.${quoteName(name)}`)
    .join(' AND ');
  const missing = `NOT EXISTS (SELECT 1 FROM ${clock} AS k WHERE ${matches})`;
  const width = seqWidth(spec);
  // Only a table without cells needs sentinels to tell its rows to others.
  const sentinel = spec.columns.length === 0 ? 'db_version, site, n' : 'NULL, NULL, NULL';
  // Written out: a clock column that was added later has -1, "no clock", for its default.
  const versions = spec.columns.map(({ name }) => cellColumns(name)[0]);
  const columns = [...keys, 'cl, dbv, v0, d0, s0, q0, dl, sl, ql', ...versions].join(', ');
  const values = [
    ...keys,
    `1, db_version, 1, db_version, site, n * ${width} + 1, ${sentinel}`,
    ...versions.map(() => 'NULL'),
  ].join(', ');
  return [
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${quoteName(spec.name)} AS b WHERE ${missing})`,
    `INSERT INTO ${clock} (${columns}) SELECT ${values} FROM ${STATE_TABLE}, (SELECT ${spec.key
      .map(({ name }, i) => `b.${quoteName(name)} AS ${keys[i]}`)
      .join(
        ', ',
      )}, row_number() OVER () - 1 AS n FROM ${quoteName(spec.name)} AS b WHERE ${missing})`,
  ];
}

/**
 * Turns the clocks of rows that are gone into tombstones, as if this site had deleted those rows in
 * one transaction: they were deleted while the triggers were missing. Set-based as well.
 */
export function buryStatements(spec: TableSpec): string[] {
  const clock = quoteName(clockTable(spec.name));
  const matches = spec.key
    .map(({ name }) => `b.${quoteName(name)} = ${clock}.${quoteName(keyOf(name))}`)
    .join(' AND ');
  const gone = `cl % 2 = 1 AND NOT EXISTS (SELECT 1 FROM ${quoteName(spec.name)} AS b WHERE ${matches})`;
  const cells = spec.columns
    .flatMap(({ name }) => cellColumns(name))
    .map((name) => `${name} = NULL`);
  const row = [
    ...['cl = cl + 1', 'dbv = st.db_version', 'v0 = -1', 'd0 = NULL', 's0 = NULL', 'q0 = NULL'],
    ...['dl = st.db_version', 'sl = st.site', 'ql = 0'],
    ...cells,
  ];
  return [
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${clock} WHERE ${gone})`,
    `UPDATE ${clock} SET ${row.join(', ')} FROM ${STATE_TABLE} AS st WHERE ${gone}`,
  ];
}
