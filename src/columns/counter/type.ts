import { affinityOf } from '../../model/declared-type.js';
import type { ColumnKind } from '../../model/table-spec.js';
import { storageClass } from '../../model/value.js';
import type { CellColumnType } from '../column-type.js';
import { RANGE_WIDTH } from '../wire-range.js';
import { isBeyondRange, MOST_SHOWN, shownSumSql } from './sum.js';
import { ADD_TO_SHARE, isShownOtherwise, writeShare } from './write.js';

const UNSHARED = 'value - CASE WHEN base_version > 0 THEN base_value ELSE 0 END';

/**
 * A counter: the sum of the contributions of all sites. A site's cell holds its own; only that site raises the version of its
 * cell, so the greater version of a contribution is the later one.
 */
export const counter: CellColumnType = {
  name: 'counter',
  fingerprint: 'counter',
  storage: 'cells',
  range: { name: 'counter', first: 3 * RANGE_WIDTH },
  lists: 'contributions',
  refuse({ name, sqlType, notNull, default: value }) {
    if (affinityOf(sqlType) === 'integer' && notNull && value === '0') return undefined;
    return `is a counter, which is an integer, NOT NULL, with the default 0: declare it with counter('${name}') and nothing else`;
  },
  refuseCell(val) {
    if (typeof val === 'bigint') return undefined;
    return `is a counter, which takes integers (bigint), and this value is ${storageClass(val)}`;
  },
  fromOtherType(value) {
    // Converted through text, because a REAL would remain a REAL otherwise.
    const number = `CAST(CAST(${value} AS TEXT) AS NUMERIC)`;
    return `CASE typeof(${number}) WHEN 'integer' THEN max(-${MOST_SHOWN}, min(${MOST_SHOWN}, ${number})) ELSE 0 END`;
  },
  write: writeShare,
  isShownOtherwise,
  resume: ADD_TO_SHARE,
  unshared: {
    condition: `typeof(${UNSHARED}) = 'integer'`,
    version: '1',
    value: UNSHARED,
    leftVersion: 'base_version',
    leftValue: 'base_value',
  },
  shown: (cells) => shownSumSql(cells),
  faults: (_, { value }) => [
    { broken: `typeof(${value}) <> 'integer'`, expected: 'an integer, which the site has added' },
  ],
  isInexact: isBeyondRange,
  showsCellsOnly: true,
  stands: () => true,
  standsSql: 'true',
  isMark: () => false,
  versionPerWrite: 1,
  isWorthCell: (value) => `(typeof(${value}) = 'integer' AND ${value} <> 0)`,
};

export const COUNTER_KIND: ColumnKind = { type: counter.name };

export function isCounter(kind: ColumnKind | undefined): boolean {
  return kind?.type === counter.name;
}
