/** Letters, digits and what else a name may have without quotes. */
const IN_NAME = /[\w$\u0080-\uffff]/;

/**
 * Whether a text of SQL may refer to a table or view: its name stands there, however it is quoted, and not right after a
 * dot, as a column does. A column that is not qualified, an alias or a literal may be mistaken for it; no
 * reference is missed.
 */
export function mentions(sql: string, name: string): boolean {
  const text = sql.toLowerCase();
  const word = name.toLowerCase();
  // In double quotes or backquotes, and in brackets, such characters are doubled or cannot stand.
  const spellings = new Set([word, word.replaceAll('"', '""'), word.replaceAll('`', '``')]);
  return [...spellings].some((spelling) => occurs(text, spelling));
}

function occurs(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text.slice(0, at);
    const isWhole =
      !(IN_NAME.test(before.at(-1) ?? ' ') && IN_NAME.test(word[0]!)) &&
      !(IN_NAME.test(text[at + word.length] ?? ' ') && IN_NAME.test(word.at(-1)!));
    if (isWhole && !IS_COLUMN.test(before)) return true;
  }
  return false;
}

/** The dot of a column. After the name of a schema, a dot is that of a table. */
const IS_COLUMN = /(?<!(?:^|[^\w$"\]`])["[`]?(?:main|temp)["\]`]?\s*)\.\s*["[`']?$/;
