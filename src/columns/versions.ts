import type { ColumnKind, ReplicatedColumnSpec } from '../model/table-spec.js';
import { all, any, block, type Layout } from '../sql/layout.js';
import { FORMER_TABLE } from '../sql/names.js';
import { quoteText } from '../sql/quote.js';
import { COLUMN_TYPES, typeOf } from './registry.js';
import {
  COUNTS,
  LATER_COUNTS,
  MOST_WRITES,
  TIMES,
  VERSIONS_END,
  type WireRange,
} from './wire-range.js';

/*
 * Versions of cells on the wire and inside a database; see wire-range.ts.
 */

const RANGES = [...new Set([COUNTS, LATER_COUNTS, ...COLUMN_TYPES.map(({ range }) => range)])].sort(
  (a, b) => a.first - b.first,
);
/** Version 0 on the wire, in the ranges that belong to one type. */
const FIRST_VERSIONS: ReadonlySet<number> = new Set(
  RANGES.flatMap(({ first, isPlain }) => (isPlain ? [] : [first])),
);
const FIRST_OWN_VERSION = Math.min(...FIRST_VERSIONS);

/** The range in which the column merges at the site that a change comes from. */
export function rangeOf(version: number): WireRange {
  let found = RANGES[0]!;
  for (const range of RANGES) {
    if (version < range.first) break;
    found = range;
  }
  return found;
}

/**
 * Whether a change of this version is about a cell from an earlier life of its row. No site is its
 * writer: cr-sqlite names the one that wrote the value in that life.
 */
export function isOfFormerLife(version: number): boolean {
  return version === 0 || (version >= FIRST_OWN_VERSION && FIRST_VERSIONS.has(version));
}

/** One above the greatest version of a range. */
export function endOf(range: WireRange): number {
  return RANGES[RANGES.indexOf(range) + 1]?.first ?? VERSIONS_END;
}

/** The number that is added to the version of a cell of this type when it is sent. */
export function wireOffset(column: { readonly kind: ColumnKind }): number {
  const { range } = typeOf(column);
  return range.isPlain ? 0 : range.first;
}

/** Whether the type's changes have a range that no other type uses. */
export function hasOwnRange(column: { readonly kind: ColumnKind }): boolean {
  return !typeOf(column).range.isPlain;
}

const misfitsOfRange = new Map(
  COLUMN_TYPES.map(({ range }) => [
    range,
    RANGES.filter((other) => {
      if (other === range || other === COUNTS) return false;
      return range.isPlain ? !other.isPlain : true;
    }),
  ]),
);

/** Ranges whose changes cannot be merged into a column: they wait until this site has migrated as well. */
function misfits(column: { readonly kind: ColumnKind }): readonly WireRange[] {
  return misfitsOfRange.get(typeOf(column).range)!;
}

/**
 * Whether a change of this version can be merged into a column. A column with a range of its own also
 * takes the last write from before it had one: see {@link isFormerVersion}.
 */
export function fits(column: { readonly kind: ColumnKind }, version: number): boolean {
  return version < LATER_COUNTS.first || !misfits(column).includes(rangeOf(version));
}

/**
 * {@link fits} of pending rows, for the columns given: false for those that go on waiting. Only the
 * database knows whether a time was written before the column had a range of its own, or after.
 *
 * @param row alias of the pending row.
 */
export function fitsSql(columns: readonly ReplicatedColumnSpec[], row: string): Layout {
  const version = `${row}.col_version`;
  const waits = new Map<string, { test: Layout; names: string[] }>();
  for (const column of columns) {
    const ranges = misfits(column);
    const id = `${hasOwnRange(column)} ${ranges.map(({ name }) => name).join()}`;
    let group = waits.get(id);
    if (group === undefined) {
      const outside = inRangesSql(version, ranges);
      const test = hasOwnRange(column)
        ? all([outside, block`NOT (${inRangesSql(version, [TIMES])} AND ${wasTimedSql(row)})`])
        : outside;
      group = { test, names: [] };
      waits.set(id, group);
    }
    group.names.push(quoteText(column.name));
  }
  if (waits.size === 0) return block`true`;
  const conditions = [...waits.values()].map(
    ({ test, names }) => block`
      ${row}.cid IN (${names.join(', ')})
        AND ${test}`,
  );
  return block`
    NOT (
      ${any(conditions)}
    )`;
}

function wasTimedSql(row: string): Layout {
  return block`
    EXISTS (
      SELECT 1 FROM ${FORMER_TABLE} AS former
      WHERE former.table_name = ${row}.table_name
        AND former.cid = ${row}.cid || ${quoteText(formerRange(TIMES))}
    )`;
}

/** SQL condition: a version is in one of these ranges. */
export function inRangesSql(version: string, ranges: readonly WireRange[]): Layout {
  const spans: [first: number, last: number][] = [];
  for (const range of RANGES) {
    if (!ranges.includes(range)) continue;
    const last = endOf(range) - 1;
    const before = spans.at(-1);
    if (before?.[1] === range.first - 1) before[1] = last;
    else spans.push([range.first, last]);
  }
  if (spans.length === 0) return block`false`;
  const tests = spans.map(([first, last]) => `${version} BETWEEN ${first} AND ${last}`);
  return tests.length === 1 ? block`${tests[0]!}` : block`(${tests.join(' OR ')})`;
}

/** Under the column's name with this appended, crr_former keeps that the column had a range before. */
export const formerRange = ({ name }: WireRange) => `\u0001${name}`;

/** The ranges of which late changes must be recognized after a column has left them. */
export const NOTED_RANGES: readonly WireRange[] = RANGES.filter(
  (range) => range === TIMES || !range.isPlain,
);

/*
 * What a column held while the last write won goes on merging after the column has got a range of its
 * own, because sites that have not migrated yet still write it: it counts as a cell that no site owns
 * (see NEUTRAL_SITE), or as a version of the clock row's cell.
 */

/** Whether a change is a last write from before the column had a range of its own. */
export function isFormerVersion(column: { readonly kind: ColumnKind }, version: number): boolean {
  return hasOwnRange(column) && rangeOf(version) !== typeOf(column).range;
}

/** The same as an SQL condition; undefined if the column has no range of its own. */
export function isFormerVersionSql(
  column: { readonly kind: ColumnKind },
  version: string,
): Layout | undefined {
  return hasOwnRange(column) ? inRangesSql(version, [COUNTS, TIMES]) : undefined;
}

/**
 * Whether a change is a mark, by its version alone: for columns that this schema lacks. A mark contains the
 * site id of the value that it marks.
 */
export function isMarkOnWire(version: number): boolean {
  const range = rangeOf(version);
  return COLUMN_TYPES.some(
    (type) =>
      type.storage === 'cells' && type.range === range && type.isMark(version - range.first),
  );
}

/** Whether a site has many cells in the columns that changes of this version belong to. */
export function isOfLog(version: number): boolean {
  const range = rangeOf(version);
  return COLUMN_TYPES.some(
    (type) => type.storage === 'cells' && type.log !== undefined && type.range === range,
  );
}

/** The same as an SQL condition. */
export function isMarkOnWireSql(version: string): Layout {
  const marks = COLUMN_TYPES.flatMap((type) => {
    if (type.storage !== 'cells' || type.isMarkSql === undefined) return [];
    const { range, isMarkSql } = type;
    return [
      block`
        ${inRangesSql(version, [range])}
          AND (SELECT ${isMarkSql} FROM (SELECT ${version} - ${range.first} AS version))`,
    ];
  });
  return block`(${any(marks)})`;
}

/** The version inside a database of a cell that arrived with `version`. */
export function versionFromWire(column: { readonly kind: ColumnKind }, version: number): number {
  if (!isFormerVersion(column, version)) return version - wireOffset(column);
  return versionPerWrite(column) * Math.min(version, MOST_WRITES);
}

/** The same as SQL. */
export function versionFromWireSql(column: { readonly kind: ColumnKind }, version: string): string {
  const former = isFormerVersionSql(column, version);
  if (former === undefined) return version;
  return `CASE WHEN ${former} THEN ${formerVersionSql(column, version)} ELSE ${version} - ${wireOffset(column)} END`;
}

/** SQL of the version that a cell gets for the last write's; a negative version is that of a value nobody wrote. */
export function formerVersionSql(column: { readonly kind: ColumnKind }, version: string): string {
  const factor = versionPerWrite(column);
  const writes = `max(0, min(${version}, ${MOST_WRITES}))`;
  return factor === 1 ? writes : `${factor} * ${writes}`;
}

function versionPerWrite(column: { readonly kind: ColumnKind }): number {
  const type = typeOf(column);
  return type.storage === 'cells' ? type.versionPerWrite : 1;
}

/** SQL condition: a version inside a database is one that a cell of this type can have. */
export function versionFitsSql(column: { readonly kind: ColumnKind }, version: string): Layout {
  const { range } = typeOf(column);
  if (!range.isPlain) return block`${version} BETWEEN 0 AND ${endOf(range) - range.first - 1}`;
  return block`${version} BETWEEN 0 AND ${VERSIONS_END - 1} AND NOT ${inRangesSql(version, misfits(column))}`;
}
