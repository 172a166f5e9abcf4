/*
 * SQL of an order key that depends on one neighbour only: behind the last row, or
 * before the first. A key consists of a head letter, which gives the number of digits of its integer part ('a': 1,
 * 'b': 2, ...; 'Z': 1, 'Y': 2, ... for negative ones), these digits, and a fraction. The same keys as
 * generateKeyBetween(last, null) and generateKeyBetween(null, first) of `fractional-indexing`.
 */

/** The digits of cr-sqlite: all printable ASCII, space to tilde. */
export const DIGITS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');
const FIRST_KEY = "'a '";
/** Runs of the smallest and the greatest digit, to cut from: no integer part has more than 26. */
const SPACES = `'${' '.repeat(27)}'`;
const TILDES = `'${'~'.repeat(27)}'`;

/** The least integer part: no key, because none could be put before it. */
export const LEAST_INTEGER = `A${' '.repeat(26)}`;

/** The key behind `key`; the first key of a list if it is NULL. */
export function keyAfterSql(key: string): string {
  const stripped = "rtrim(digits, '~')";
  const dropped = `(length(digits) - length(${stripped}))`;
  const carried = `CASE WHEN head = 90 THEN ${FIRST_KEY} WHEN head < 90 THEN char(head + 1) || substr(${SPACES}, 1, ${dropped} - 1) WHEN head < 122 THEN char(head + 1) || substr(${SPACES}, 1, ${dropped} + 1) ELSE p || '!' END`;
  const next = `CASE WHEN ${stripped} = '' THEN ${carried} ELSE char(head) || substr(${stripped}, 1, length(${stripped}) - 1) || char(unicode(substr(${stripped}, -1)) + 1) || substr(${SPACES}, 1, ${dropped}) END`;
  return `(SELECT CASE WHEN p IS NULL THEN ${FIRST_KEY} ELSE ${next} END FROM ${parts(key)})`;
}

/** The key before `key`; the first key of a list if it is NULL. */
export function keyBeforeSql(key: string): string {
  const stripped = "rtrim(digits, ' ')";
  const dropped = `(length(digits) - length(${stripped}))`;
  const borrowed = `CASE WHEN head = 97 THEN 'Z~' WHEN head > 97 THEN char(head - 1) || substr(${TILDES}, 1, ${dropped} - 1) WHEN head > 65 THEN char(head - 1) || substr(${TILDES}, 1, ${dropped} + 1) END`;
  const previous = `CASE WHEN ${stripped} = '' THEN ${borrowed} ELSE char(head) || substr(${stripped}, 1, length(${stripped}) - 1) || char(unicode(substr(${stripped}, -1)) - 1) || substr(${TILDES}, 1, ${dropped}) END`;
  // A fraction is cut off: that is less already. It is not if nothing but a fraction can be less.
  const least = `'${LEAST_INTEGER}'`;
  const isLeast = `substr(p, 1, ${LEAST_INTEGER.length}) = ${least}`;
  const before = `CASE WHEN p IS NULL THEN ${FIRST_KEY} WHEN ${isLeast} THEN substr(p, 1, length(p) - 1) || ' O' WHEN length(p) > length(digits) + 1 THEN char(head) || digits ELSE ${previous} END`;
  return `(SELECT CASE k WHEN ${least} THEN k || 'O' ELSE k END FROM (SELECT ${before} AS k FROM ${parts(key)}))`;
}

/** p: the key; head: its letter's code; digits: those of its integer part. */
function parts(key: string): string {
  const count = 'CASE WHEN head >= 97 THEN head - 96 ELSE 91 - head END';
  return `(SELECT p, head, substr(p, 2, ${count}) AS digits FROM (SELECT p, unicode(p) AS head FROM (SELECT ${key} AS p)))`;
}
