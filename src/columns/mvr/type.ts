import type { ColumnKind } from '../../model/table-spec.js';
import { block, type Fragment, type Layout } from '../../sql/layout.js';
import type { CellSql } from '../cell-sql.js';
import type { CellColumnType } from '../column-type.js';
import { RANGE_WIDTH } from '../wire-range.js';

/*
 * Versions of a register's cells are even while the value stands, and odd once another site has
 * overwritten it: marking a cell adds one, and the owner's next write goes on to the next even number.
 * So a mark shows which write it saw, and a concurrent write of the owner survives it.
 */
const FIRST = '2';
const NEXT = '(version | 1) + 1';
const STANDS = 'version % 2 = 0';
const IS_MARK = 'version % 2 = 1';

/** A multi-value register: the values of concurrent writes all stand until somebody writes again. */
export const mvr: CellColumnType = {
  name: 'mvr',
  fingerprint: 'mvr',
  storage: 'cells',
  range: { name: 'mvr', first: 2 * RANGE_WIDTH },
  lists: 'conflicts',
  refuse({ notNull, default: value }) {
    if (!notNull || value !== undefined) return undefined;
    return 'is a multi-value register, whose values may arrive after its row: drop .notNull(), or give it a .default()';
  },
  refuseCell(val, version, { notNull }) {
    if (version % 2 === 1) {
      return val === null
        ? undefined
        : 'has an overwritten value (odd col_version), which must be null';
    }
    return notNull && val === null ? 'is NOT NULL, and this value is null' : undefined;
  },
  write: writeValue,
  // The value that others have is overwritten.
  unshared: {
    condition: STANDS,
    version: FIRST,
    value: 'value',
    leftVersion: 'base_version | 1',
    leftValue: 'NULL',
  },
  // An update that sets the value that is shown resolves a conflict.
  isAlsoWrite: ({ otherCells }) => block`EXISTS (SELECT 1 ${otherCells} AND x.${STANDS})`,
  faults: ({ notNull }, { version, value }) => [
    {
      broken: `${version} % 2 = 1 AND ${value} IS NOT NULL`,
      expected: 'NULL, since another site has overwritten the value (odd version)',
      value: 'NULL',
    },
    ...(notNull
      ? [
          {
            broken: `${version} % 2 = 0 AND ${value} IS NULL`,
            expected: 'a value, since the column is NOT NULL',
          },
        ]
      : []),
  ],
  shown: shownValueSql,
  showsCellsOnly: false,
  stands: (version) => version % 2 === 0,
  standsSql: STANDS,
  isMark: (version) => version % 2 === 1,
  isMarkSql: IS_MARK,
  versionPerWrite: 2,
  isWorthCell: () => 'true',
};

export const MVR_KIND: ColumnKind = { type: mvr.name };

/** Marks the values that stand at other sites, and puts this site's own in their place. */
function writeValue(cells: CellSql): string[] {
  return [
    cells.updateOthers(['version = version + 1', 'value = NULL'], STANDS),
    cells.writeOwn({ value: cells.value, version: FIRST, next: NEXT }),
  ];
}

const RANK = `CASE typeof(x.value) WHEN 'integer' THEN 4 WHEN 'real' THEN 3 WHEN 'text' THEN 2 WHEN 'blob' THEN 1 ELSE 0 END`;

/**
 * What a register shows: the greatest of the values that stand, by the order that decides merges, or what
 * it shows already while only marks have arrived.
 */
function shownValueSql(cells: Fragment, current: string): Layout {
  return block`
    CASE
      WHEN EXISTS (
        SELECT 1 ${cells} AND x.${STANDS}
      )
      THEN (
        SELECT x.value ${cells} AND x.${STANDS}
        ORDER BY
          ${RANK} DESC,
          x.value COLLATE BINARY DESC
        LIMIT 1
      )
      ELSE ${current}
    END`;
}
