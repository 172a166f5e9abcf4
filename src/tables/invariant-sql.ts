import { NEUTRAL_ORDINAL } from '../model/site.js';
import { block, type Fragment, type Layout } from '../sql/layout.js';
import { SITE_TABLE, STATE_TABLE } from '../sql/names.js';
import { quoteName, quoteText } from '../sql/quote.js';
import type { InspectedRows, Invariant } from './invariant.js';

/*
 * Parts of the conditions and texts of invariants. `x` is SQL. Bookkeeping has few constraints of its own, so a value
 * may have any class.
 */

/** An alias for the base table. No user's table can have this name. */
export const ROW = 'crr_base';

/** SQL condition: a value is an integer within bounds. Never NULL. */
export const isInteger = (x: string, least = 0, most: number | string = Number.MAX_SAFE_INTEGER) =>
  `(typeof(${x}) = 'integer' AND ${x} BETWEEN ${least} AND ${most})`;

/** SQL condition: a text consists of hex digits. */
export const isHex = (x: string, digits: number) =>
  `(length(${x}) = ${digits} AND ${x} NOT GLOB '*[^0-9a-f]*')`;

/** SQL condition: an ordinal stands for a site, or for none. */
export const isKnownSite = (ordinal: Fragment): Layout =>
  block`${ordinal} IN (SELECT ordinal FROM ${SITE_TABLE} UNION ALL SELECT ${NEUTRAL_ORDINAL})`;

/** SQL of the db_version of now, as a number in any case. */
export const STATE_VERSION = `(SELECT CAST(max(db_version) AS INTEGER) FROM ${STATE_TABLE})`;

/** SQL of a value as text for people: long ones are cut. */
export const shownText = (x: Fragment): Layout => block`substr(quote(${x}), 1, 60)`;

/** SQL of a text that is the same for all rows. */
export const says = (text: string) => quoteText(text);

/** A table that holds rows only while a statement runs, or never. */
export const isEmpty = (table: string): Invariant => ({
  code: 'not-empty',
  broken: block`EXISTS (SELECT 1 FROM ${quoteName(table)})`,
  found: says(`rows in "${table}"`),
  expected: says('none: it holds rows only while they are merged'),
  repairs: [{ step: 'remove', statements: [`DELETE FROM ${quoteName(table)}`] }],
});

/**
 * The rows of a table that all CRRs share, under the alias `crr_row`.
 *
 * @param key columns that name a row.
 * @param blobs which of them are blobs, and are shown in hex.
 */
export function sharedRows(
  table: string,
  key: readonly string[],
  {
    rowid = 'rowid',
    blobs = [],
  }: { readonly rowid?: string; readonly blobs?: readonly string[] } = {},
): InspectedRows {
  const shown = (name: string) =>
    blobs.includes(name) ? `lower(hex(crr_row.${name}))` : `crr_row.${name}`;
  return {
    from: table,
    alias: 'crr_row',
    rowid,
    key: key.map((name) => ({ name, sql: shown(name) })),
  };
}
