import type { ReplicatedColumnSpec } from '../model/table-spec.js';
import { compareSqliteOrder, type SqlValue } from '../model/value.js';
import { differsSql } from '../sql/compare.js';
import { block, type Layout } from '../sql/layout.js';
import type { CellText, ClockColumnType, IncomingCell } from './column-type.js';
import { refuseNull } from './last-write.js';
import type { WireRange } from './wire-range.js';

/*
 * Registers in which the value decides, whatever the versions: `greatest` and `least`. Values are compared
 * as max() and min() of SQLite compare them: numbers by their value, then text, then blobs, by bytes. NULL
 * loses against everything, in both. Version 0 is that of a cell from an earlier life of the row, which loses
 * against any write of this life; the greater of two versions only decides between equal values.
 */

interface ValueOrder {
  readonly name: string;
  readonly range: WireRange;
  /** SQL: the first value comes before the second one, both not NULL. */
  readonly operator: '>' | '<';
}

/** A register in which the value decides that comes first in an order. */
export function registerByValue({ name, range, operator }: ValueOrder): ClockColumnType {
  const isFirst = (a: string, b: string) => firstSql(operator, a, b);
  const sign = operator === '>' ? 1 : -1;
  return {
    name,
    fingerprint: name,
    storage: 'clock',
    range,
    decidedBy: 'value',
    refuse: () => undefined,
    refuseCell: refuseNull,
    wins: (column, a, b) => winsSql(column, a, b, isFirst),
    compare: (a, b) => compareCells(a, b, sign),
    isWrite: (_, before, after) => isFirst(after, before),
    isUndone: (_, before, after) => isFirst(before, after),
  };
}

/** Of equal numbers an INTEGER comes before a REAL, in both orders: any order will do, if all sites have it. */
function firstSql(operator: string, a: string, b: string): Layout {
  return block`
    CASE
      WHEN ${a} IS NULL THEN false
      WHEN ${b} IS NULL THEN true
      WHEN ${a} = ${b} COLLATE BINARY THEN typeof(${a}) < typeof(${b})
      ELSE ${a} ${operator} ${b} COLLATE BINARY
    END`;
}

function winsSql(
  column: ReplicatedColumnSpec,
  a: CellText,
  b: CellText,
  isFirst: (a: string, b: string) => Layout,
): Layout {
  const life = ({ version }: CellText) => `((${version}) > 0) - ((${version}) < 0)`;
  return block`
    CASE
      WHEN ${life(a)} <> ${life(b)} THEN ${life(a)} > ${life(b)}
      WHEN ${differsSql(column, a.value, b.value)} THEN
        ${isFirst(a.value, b.value)}
      ELSE ${a.version} > ${b.version}
    END`;
}

function compareCells(a: IncomingCell, b: IncomingCell, sign: 1 | -1): number {
  return (
    Math.sign(a.version) - Math.sign(b.version) ||
    compareInOrder(a.val, b.val, sign) ||
    a.version - b.version
  );
}

function compareInOrder(a: SqlValue, b: SqlValue, sign: 1 | -1): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  const order = sign * compareSqliteOrder(a, b);
  // Of equal numbers the INTEGER, as in firstSql().
  return order || Number(typeof a === 'bigint') - Number(typeof b === 'bigint');
}
