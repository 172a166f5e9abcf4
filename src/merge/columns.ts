import type { ColumnType } from '../columns/column-type.js';
import { compareLastWrite } from '../columns/last-write.js';
import { isLog, typeOf } from '../columns/registry.js';
import { fits, hasOwnRange, isFormerVersion, versionFromWire } from '../columns/versions.js';
import type { Change } from '../model/change.js';
import { affinityOf } from '../model/declared-type.js';
import { literalValue } from '../model/default.js';
import { NEUTRAL_SITE } from '../model/site.js';
import type { ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';

/** The properties of a column that a batch needs, looked up once and not for each cell. */
export interface BatchColumn {
  /** Among the table's `clockColumns`; undefined if each site has a cell. */
  readonly index: number | undefined;
  /** Each site has many cells, told apart by their versions. */
  readonly isLog: boolean;
  /** Versions are times, which may be ahead. */
  readonly isTimed: boolean;
  /** Whether a change of this version can be merged, or has to wait for a migration. */
  fits(version: number): boolean;
  /** A change of this version is a last write from before the column had cells. */
  isFormer(version: number): boolean;
  /** Why no honest site could have sent a cell. */
  refuse(val: SqlValue, version: number): string | undefined;
  /** The change as it is stored inside a database: its version may differ, and it may belong to no site. */
  inside(change: Change): Change;
  /** Whether the first of two changes wins over the second, both as they are inside. */
  wins(a: Change, b: Change): boolean;
}

export function batchColumns(spec: TableSpec): ReadonlyMap<string, BatchColumn> {
  return new Map([
    ...spec.clockColumns.map((column, i) => [column.name, batchColumn(column, i)] as const),
    ...spec.cellColumns.map((column) => [column.name, batchColumn(column, undefined)] as const),
  ]);
}

function batchColumn(column: ReplicatedColumnSpec, index: number | undefined): BatchColumn {
  const type = typeOf(column);
  const isPlain = !hasOwnRange(column);
  const isClock = type.storage === 'clock';
  // Of two states of one site's cell the later one, which is the last write.
  const compare = isClock ? type.compare : compareLastWrite;
  const fill = isClock ? nullStandsFor(column) : undefined;
  return {
    index,
    isLog: isLog(column),
    isTimed: isClock && type.clockTime !== undefined,
    fits: (version) => fits(column, version),
    isFormer: (version) => isFormerVersion(column, version),
    refuse(val, version) {
      if (val === null && fill !== undefined) return undefined;
      if (isPlain) return type.refuseCell(val, version, column);
      if (!isClock && isFormerVersion(column, version)) return refuseFormer(type, column, val);
      return type.refuseCell(val, versionFromWire(column, version), column);
    },
    // The cells of a site keep their versions: those of the previous column type belong to no site.
    inside(cell) {
      const isFilled = fill !== undefined && cell.val === null;
      const change = isFilled ? { ...cell, val: fill, site_id: NEUTRAL_SITE } : cell;
      if (isPlain || !isClock) return change;
      const { site_id, col_version } = change;
      return {
        ...change,
        col_version: versionFromWire(column, col_version),
        // Its writer may have overwritten it since, and its own changes would not be sent to it.
        site_id: isFormerVersion(column, col_version) ? NEUTRAL_SITE : site_id,
      };
    },
    wins: (a, b) => compare(cellOf(a), cellOf(b)) > 0,
  };
}

/**
 * What a NULL of a site that has not migrated yet is here, where the column is NOT NULL: its default, to
 * which the migration of that site will set it. It has no writer then, who would not be sent it otherwise.
 */
function nullStandsFor(column: ReplicatedColumnSpec): SqlValue | undefined {
  if (!column.notNull || column.default === undefined) return undefined;
  const value = literalValue(column.default) ?? undefined;
  const isReal = affinityOf(column.sqlType) === 'real';
  return isReal && typeof value === 'bigint' ? Number(value) : value;
}

const cellOf = ({ val, col_version }: Change) => ({ val, version: col_version });

/** A last write from before the column had cells: any value that the type can convert. */
function refuseFormer(
  type: ColumnType,
  column: ReplicatedColumnSpec,
  val: SqlValue,
): string | undefined {
  if (val !== null || !column.notNull || type.fromOtherType !== undefined) return undefined;
  return 'is NOT NULL, and this value is null';
}
