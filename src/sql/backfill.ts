import type { ReplicatedColumnSpec, TableSpec } from '../schema/table-spec.js';
import { cellClock, clockKeys, DB_VERSION, stampSql } from './clock-table.js';
import { FIRST_VERSION } from './mvr.js';
import { cellTable, clockTable, NEUTRAL_ORDINAL, STATE_TABLE } from './names.js';
import { quoteName, quoteText } from './quote.js';
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
    // Before the clocks are there, which end what is missing.
    ...spec.siteColumns.map((column, i) => {
      const seq = `(row_number() OVER () - 1) * ${width} + ${spec.columns.length + i + 1}`;
      return `${neutralCells(spec, column, DB_VERSION, seq)} FROM ${quoteName(spec.name)} AS b WHERE ${holdsValue(column)} AND ${missing}`;
    }),
    `INSERT INTO ${clock} (${columns}) SELECT ${values} FROM ${STATE_TABLE}, (SELECT ${spec.key
      .map(({ name }, i) => `b.${quoteName(name)} AS ${keys[i]}`)
      .join(
        ', ',
      )}, row_number() OVER () - 1 AS n FROM ${quoteName(spec.name)} AS b WHERE ${missing})`,
  ];
}

/**
 * The head of an INSERT that puts what a base column (of `b`) shows into the cell of no site: every
 * site finds that value for itself, so it must not count once for each.
 */
export function neutralCells(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  dbVersion: string,
  seq: string,
): string {
  const keys = spec.key.map(({ name }) => `b.${quoteName(name)}`).join(', ');
  const version = column.kind.type === 'mvr' ? FIRST_VERSION : '1';
  return `INSERT INTO ${quoteName(cellTable(spec.name))} (${clockKeys(spec).join(', ')}, col, site, ver, val, dbv, seq) SELECT ${keys}, ${quoteText(column.name)}, ${NEUTRAL_ORDINAL}, ${version}, b.${quoteName(column.name)}, ${dbVersion}, ${seq}`;
}

/** Whether a base column (of `b`) holds something to put into a cell. */
export function holdsValue({ name, kind }: ReplicatedColumnSpec): string {
  const value = `b.${quoteName(name)}`;
  return kind.type === 'counter' ? `typeof(${value}) = 'integer' AND ${value} <> 0` : 'true';
}
