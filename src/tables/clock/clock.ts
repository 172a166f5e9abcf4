import { NEUTRAL_ORDINAL } from '../../model/site.js';
import { cellClock } from './table.js';

/*
 * The two texts of the clock table, each written by SQL and read by SQL and JavaScript.
 *
 *     stamp         @db_version:site:seq
 *     cell's clock  n, or n with a stamp: version row_version + n
 */

/** Writes a stamp; the arguments are SQL. */
export function stampSql(dbVersion: string, site: string, seq: string): string {
  return `'@' || ${dbVersion} || ':' || ${site} || ':' || ${seq}`;
}

/** Writes a stamp from an origin, the text `site:seq`. */
export function stampOfOriginSql(dbVersion: string, origin: string): string {
  return `'@' || ${dbVersion} || ':' || ${origin}`;
}

/** What the stamps of one db_version and site begin with. */
export function stampStartSql(dbVersion: string, site: string): string {
  return `'@' || ${dbVersion} || ':' || ${site} || ':'`;
}

export interface Stamp {
  readonly dbVersion: number;
  readonly site: number;
  readonly seq: number;
}

/** Reads a stamp; undefined for an empty text. */
export function parseStamp(text: string): Stamp | undefined {
  if (text === '') return undefined;
  const [dbVersion, site, seq] = text.slice(1).split(':') as [string, string, string];
  return { dbVersion: Number(dbVersion), site: Number(site), seq: Number(seq) };
}

/** Clock of a cell that nobody has written: so low that no row_version makes a version of it. */
export const NO_CLOCK = "'-9000000000000000'";

/** Version 0 in a spelling that no offer has, so that a reset cell never looks like one that was won. */
const RESET = '-0';

/**
 * The clock of a cell that a greater causal length resets. It is no site's write: every site finds it for
 * itself, and with the value that it happened to have, so it must reach even the site that wrote the value
 * or that began the new life.
 *
 * @param sentinel origin of the new life, whose seq the cell takes: readers find the sentinel before it.
 */
export function resetClockSql(dbVersion: string, sentinel: string): string {
  return `'${RESET}@' || ${dbVersion} || ':${NEUTRAL_ORDINAL}' || substr(${sentinel}, instr(${sentinel}, ':'))`;
}

/** SQL condition: the cell was reset in the db_version of its row. `row` is an alias with its dot. */
export function isResetNowSql(column: string, row: string): string {
  return `instr(${row}${cellClock(column)}, '${RESET}@' || ${row}db_version || ':') = 1`;
}

/** Version of a cell from its clock: negative if it has none. `row` is an alias with its dot. */
export function cellVersionSql(column: string, row = ''): string {
  return `${row}row_version + ifnull(CAST(${row}${cellClock(column)} AS INTEGER), -(${row}row_version = 0))`;
}

export interface CellClock {
  /** Version relative to the row's. */
  readonly version: number;
  /** Undefined: the row's. */
  readonly stamp: Stamp | undefined;
}

/** Reads a cell's clock. */
export function parseCellClock(text: string): CellClock {
  const at = text.indexOf('@');
  if (at < 0) return { version: Number(text), stamp: undefined };
  return { version: Number(text.slice(0, at)), stamp: parseStamp(text.slice(at)) };
}
