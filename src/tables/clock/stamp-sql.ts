import { NO_CLOCK } from './clock.js';

/*
 * The parts of a stamp `@db_version:site:seq`, and of a cell's clock `n` or `n@db_version:site:seq`, as SQL. Whether
 * they are such texts is a condition of its own, for nothing but this package's own SQL keeps them so.
 */

/** SQL of the stamp of a cell's clock; empty if it has none. */
export const stampOf = (clock: string) =>
  `CASE WHEN instr(${clock}, '@') > 0 THEN substr(${clock}, instr(${clock}, '@')) ELSE '' END`;

/** SQL of the version of a cell's clock, as text. */
export const countOf = (clock: string) =>
  `CASE WHEN instr(${clock}, '@') > 0 THEN substr(${clock}, 1, instr(${clock}, '@') - 1) ELSE ${clock} END`;

/** SQL of a stamp's db_version and site. CAST reads the digits at the beginning of a text. */
export const dbVersionOf = (stamp: string) => `CAST(substr(${stamp}, 2) AS INTEGER)`;
export const siteOf = (stamp: string) =>
  `CAST(substr(${stamp}, instr(${stamp}, ':') + 1) AS INTEGER)`;
/** SQL of a stamp's seq, as text. */
export const seqOf = (stamp: string) =>
  `substr(${stamp}, length(rtrim(${stamp}, '0123456789')) + 1)`;

/** SQL condition: a text is a stamp. */
export const isStamp = (stamp: string) =>
  `(typeof(${stamp}) = 'text' AND ${stamp} GLOB '@[0-9]*:[0-9]*:[0-9]*' AND ${stamp} NOT GLOB '?*[^0-9:]*' AND length(${stamp}) - length(replace(${stamp}, ':', '')) = 2)`;

/** SQL condition: a text is the clock of a cell. */
export function isCellClock(clock: string): string {
  const count = countOf(clock);
  const digits = `CASE WHEN ${count} GLOB '-*' THEN substr(${count}, 2) ELSE ${count} END`;
  const stamp = stampOf(clock);
  return `(typeof(${clock}) = 'text' AND (${digits}) GLOB '[0-9]*' AND (${digits}) NOT GLOB '*[^0-9]*' AND (${stamp} = '' OR ${isStamp(`(${stamp})`)}) AND (${clock} = ${NO_CLOCK} OR length(${digits}) < 17))`;
}
