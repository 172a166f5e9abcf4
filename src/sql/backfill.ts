import type { TableSpec } from '../schema/table-spec.js';
import { cellClock, clockKeys, stampSql } from './clock-table.js';
import { clockTable, STATE_TABLE } from './names.js';
import { quoteName } from './quote.js';
import { seqWidth } from './write-triggers.js';

/**
 * Gives a clock to every base row that has none, as if this site had written them all in one
 * transaction: rows that were there before the table became a CRR, or were written while its
 * triggers were missing. Set-based, and nothing happens where every row has its clock.
 */
export function backfillStatements(spec: TableSpec): string[] {
  const clock = quoteName(clockTable(spec.name));
  const keys = clockKeys(spec);
  const matches = spec.key
    .map(({ name }, i) => `k.${keys[i]} = b.${quoteName(name)}`)
    .join(' AND ');
  const missing = `NOT EXISTS (SELECT 1 FROM ${clock} AS k WHERE ${matches})`;
  const width = seqWidth(spec);
  // Only a table without cells needs sentinels to tell its rows to others.
  const sentinel = spec.columns.length === 0 ? stampSql('n') : 'NULL';
  // Written out: a clock column that was added later has NO_CLOCK for its default.
  const cells = spec.columns.map(({ name }) => cellClock(name));
  const columns = [...keys, 'cl, dbv, v0, s0, q0, l', ...cells].join(', ');
  const values = [
    ...keys,
    `1, db_version, 1, site, n * ${width} + 1, ${sentinel}`,
    ...cells.map(() => 'NULL'),
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
