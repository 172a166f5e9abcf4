import type { TableSpec } from '../schema/table-spec.js';
import { cellClock, clockKeys, stampSql } from './clock-table.js';
import { clockTable, STATE_TABLE } from './names.js';
import { quoteName } from './quote.js';
import { seqWidth } from './write-triggers.js';

/**
 * Gives a clock to every base row that has none, as if this site had written them all in one
 * transaction: rows that were there before the table became a CRR, or were written while its
 * triggers were missing. Rows deleted or created again meanwhile are stamped so too. Set-based, and
 * nothing happens where every row has its clock.
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
  const base = quoteName(spec.name);
  const dbVersion = `(SELECT db_version FROM ${STATE_TABLE})`;
  const sentinelNow = `(SELECT ${stampSql('0')} FROM ${STATE_TABLE})`;
  const noCells = cells.map((x) => `${x} = NULL`);
  // Rows that went, or came back, while triggers were missing: their clocks say otherwise.
  const gone = `k.cl % 2 = 1 AND NOT EXISTS (SELECT 1 FROM ${base} AS b WHERE ${matches})`;
  const back = `k.cl % 2 = 0 AND EXISTS (SELECT 1 FROM ${base} AS b WHERE ${matches})`;
  const rowidIn = (condition: string) =>
    `rowid IN (SELECT k.rowid FROM ${clock} AS k WHERE ${condition})`;
  return [
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${base} AS b WHERE ${missing}) OR EXISTS (SELECT 1 FROM ${clock} AS k WHERE ${gone} OR ${back})`,
    `UPDATE ${clock} SET ${[`cl = cl + 1, dbv = ${dbVersion}, v0 = 0, d0 = NULL, s0 = NULL, q0 = NULL, l = ${sentinelNow}`, ...noCells].join(', ')} WHERE ${rowidIn(gone)}`,
    `UPDATE ${clock} SET ${[`cl = cl + 1, dbv = ${dbVersion}, v0 = 1, d0 = NULL, s0 = (SELECT site FROM ${STATE_TABLE}), q0 = 1, l = ${sentinelNow}`, ...noCells].join(', ')} WHERE ${rowidIn(back)} AND dbv < ${dbVersion}`,
    `INSERT INTO ${clock} (${columns}) SELECT ${values} FROM ${STATE_TABLE}, (SELECT ${spec.key
      .map(({ name }, i) => `b.${quoteName(name)} AS ${keys[i]}`)
      .join(
        ', ',
      )}, row_number() OVER () - 1 AS n FROM ${quoteName(spec.name)} AS b WHERE ${missing})`,
  ];
}
