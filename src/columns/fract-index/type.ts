import { affinityOf } from '../../model/declared-type.js';
import type { ColumnKind } from '../../model/table-spec.js';
import type { ClockColumnType } from '../column-type.js';
import { compareLastWrite, lastWriteWins, refuseNull } from '../last-write.js';
import { COUNTS } from '../wire-range.js';

/** An order key. It merges by last write, so a row stands in one place everywhere. */
export const fractIndex: ClockColumnType = {
  name: 'fractIndex',
  fingerprint: 'fractIndex',
  storage: 'clock',
  range: COUNTS,
  decidedBy: 'version',
  refuse({ kind, notNull, sqlType }, { properties }) {
    if (affinityOf(sqlType) !== 'text' || !notNull) {
      return 'holds order keys, which are text and NOT NULL';
    }
    const missing = orderedWithin(kind)?.find((property) => !properties.has(property));
    if (missing === undefined) return undefined;
    return `orders lists within "${missing}", but the table has no such property: name the properties whose values tell one list from another`;
  },
  refuseCell: refuseNull,
  wins: lastWriteWins,
  compare: compareLastWrite,
};

/** The kind of an order key; `within` are the columns (by property) whose values make up one list. */
export function fractIndexKind(within: readonly string[]): ColumnKind {
  return { type: fractIndex.name, within };
}

/** The properties whose values make up one list; undefined if the column is not an order key. */
export function orderedWithin(kind: ColumnKind | undefined): readonly string[] | undefined {
  return kind?.type === fractIndex.name ? (kind.within as readonly string[]) : undefined;
}
