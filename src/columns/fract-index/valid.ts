import { all, block, type Layout } from '../../sql/layout.js';
import { LEAST_INTEGER } from './key-sql.js';

/*
 * Whether a text is an order key, to which fractional indexing finds a neighbour. Any text can be in the
 * column: by raw SQL, or because the column was an ordinary one before.
 */

/** How many digits the integer part of a key has, by the code of its head. */
const digitsOf = (head: number) => (head >= 97 ? head - 96 : 91 - head);

export function isOrderKey(key: unknown): boolean {
  if (typeof key !== 'string' || !/^[A-Za-z][ -~]*$/.test(key) || key === LEAST_INTEGER)
    return false;
  const integer = 1 + digitsOf(key.charCodeAt(0));
  // A fraction does not end with the smallest digit.
  return key.length === integer || (key.length > integer && !key.endsWith(' '));
}

/** The same as an SQL condition. */
export function isOrderKeySql(key: string): Layout {
  const head = `unicode(${key})`;
  const integer = `1 + CASE WHEN ${head} >= 97 THEN ${head} - 96 ELSE 91 - ${head} END`;
  return all([
    `typeof(${key}) = 'text'`,
    `${key} GLOB '[A-Za-z]*'`,
    `${key} NOT GLOB '*[^ -~]*'`,
    `${key} <> '${LEAST_INTEGER}'`,
    `length(CAST(${key} AS BLOB)) = length(${key})`,
    block`(length(${key}) = ${integer} OR length(${key}) > ${integer} AND substr(${key}, -1) <> ' ')`,
  ]);
}
