import { type ColumnKind, hasSiteCells, type ReplicatedColumnSpec } from '../model/table-spec.js';
import { FORMER_TABLE } from '../sql/names.js';
import { quoteText } from '../sql/quote.js';

/*
 * Sites migrate at different times, so changes of a column come from sites where it merges in another
 * way. A change's col_version tells in which:
 *
 *     below 2^30                 last write wins: a number of writes
 *     2^30 to 2^31               last write wins, in a column that had a cell per site before
 *     from 2^31                  a cell of a multi-value register: 2^31 + its version
 *     from 2^31 + 2^30           a cell of a counter
 *     from 2^46                  last write wins: a time
 *
 * In the tables of a database cells have their versions without that.
 */
export const FIRST_AFTER_CELLS = 2 ** 30;
const FIRST_OF_REGISTERS = 2 ** 31;
const FIRST_OF_COUNTERS = 2 ** 31 + 2 ** 30;
const FIRST_TIME = 2 ** 46;

export type ToldKind = 'lww' | 'lww after cells' | 'mvr' | 'counter' | 'time';

/** In which way the column merges where a change comes from. */
export function toldKind(version: number): ToldKind {
  return RANGES.find(([, , end]) => version < end)![0];
}

/**
 * Whether a change can be merged into a column of this kind. What the last writes said of a column that
 * now has a cell per site is still good: see {@link formerVersion}.
 */
export function fitsKind(kind: ColumnKind, version: number): boolean {
  return version < FIRST_AFTER_CELLS || !misfitsOf(kind).includes(toldKind(version));
}

function misfitsOf({ type }: ColumnKind): ToldKind[] {
  if (type === 'counter') return ['lww after cells', 'mvr', 'time'];
  return type === 'mvr' ? ['lww after cells', 'counter', 'time'] : ['mvr', 'counter'];
}

/** Under this name crr_former keeps that a column merged so before. */
export const formerKind = (kind: ToldKind) => `${BEFORE_KIND}${kind}`;
const BEFORE_KIND = '\u0001';

/** What a change of this column has for its version above that of the cell. */
export function wireOffset({ type }: ColumnKind): number {
  if (type === 'counter') return FIRST_OF_COUNTERS;
  return type === 'mvr' ? FIRST_OF_REGISTERS : 0;
}

/**
 * {@link fitsKind} of pending rows, for the columns given: false for those that go on waiting. Only the
 * database knows whether a time comes from before or after the column had a cell per site.
 */
export function fitsSql(columns: readonly ReplicatedColumnSpec[], row: string): string {
  const version = `${row}.col_version`;
  const wasTimed = `EXISTS (SELECT 1 FROM ${FORMER_TABLE} AS f WHERE f.tbl = ${row}.tbl AND f.cid = ${row}.cid || ${quoteText(formerKind('time'))})`;
  const misfits = new Map<string, string[]>();
  for (const { name, kind } of columns) {
    const told = hasSiteCells(kind)
      ? `${tellsSql(version, ...misfitsOf(kind))} AND NOT (${tellsSql(version, 'time')} AND ${wasTimed})`
      : tellsSql(version, ...misfitsOf(kind));
    misfits.set(told, [...(misfits.get(told) ?? []), quoteText(name)]);
  }
  const waits = [...misfits].map(
    ([told, names]) => `${row}.cid IN (${names.join(', ')}) AND ${told}`,
  );
  return waits.length === 0 ? 'true' : `NOT (${waits.join(' OR ')})`;
}

/** Whether a version (SQL) tells of one of these kinds. */
export function tellsSql(version: string, ...kinds: readonly ToldKind[]): string {
  const tests: string[] = [];
  for (const [kind, first, end] of RANGES) {
    if (!kinds.includes(kind)) continue;
    const last = tests.at(-1);
    // Kinds that follow each other are one range.
    if (last?.endsWith(` AND ${first - 1}`)) {
      tests[tests.length - 1] = last.replace(/\d+$/, String(end - 1));
    } else tests.push(`${version} BETWEEN ${first} AND ${end - 1}`);
  }
  return `(${tests.join(' OR ')})`;
}

const RANGES: readonly (readonly [kind: ToldKind, first: number, end: number])[] = [
  ['lww', 0, FIRST_AFTER_CELLS],
  ['lww after cells', FIRST_AFTER_CELLS, FIRST_OF_REGISTERS],
  ['mvr', FIRST_OF_REGISTERS, FIRST_OF_COUNTERS],
  ['counter', FIRST_OF_COUNTERS, FIRST_TIME],
  ['time', FIRST_TIME, 2 ** 53],
];

/*
 * What a column held while the last write won is the cell of no site (see NEUTRAL_SITE), which
 * goes on merging so: sites that have not migrated yet still write to it.
 */

/** No count of writes is greater; a time counts as this, so of two the greater value stands. */
const MOST_WRITES = 2 ** 28;

/** The version of nobody's cell where the last write had `version`. */
export function formerVersion({ type }: ColumnKind, version: number): number {
  return (type === 'mvr' ? 2 : 1) * Math.min(version, MOST_WRITES);
}

/** The same as SQL; a negative version is that of a value that nobody ever wrote. */
export function formerVersionSql({ type }: ColumnKind, version: string): string {
  return `${type === 'mvr' ? '2 * ' : ''}max(0, min(${version}, ${MOST_WRITES}))`;
}

/** What a value of any class counts. */
export function formerCountSql(value: string): string {
  // A REAL stays one unless it goes through text.
  const number = `CAST(CAST(${value} AS TEXT) AS NUMERIC)`;
  return `CASE typeof(${number}) WHEN 'integer' THEN ${number} ELSE 0 END`;
}
