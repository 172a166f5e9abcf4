/*
 * Turso keeps no text of a trigger: it prints its syntax tree anew, without comments, with other spaces and
 * parentheses, and with one of several spellings. Such a text is compared by its tokens.
 */

/** Comments, quoted texts and names, words and numbers, operators. */
const TOKEN =
  /\/\*[\s\S]*?\*\/|--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\w+|\|\||->>?|<>|!=|<=|>=|<<|>>|\S/g;

/** Tokens that the printer adds or leaves out. */
const OPTIONAL = new Set(['(', ')', 'as', 'outer', 'inner']);

/** Whether the database printed this text of a generated trigger, all of which were written with a comment. */
export const isPrinted = (stored: string) => !stored.includes('/*');

/**
 * Whether a stored text is the generated statement. It recognises a printed text by its tokens, and is not made
 * to tell apart what nobody generates: parentheses do not count.
 */
export function isSameSql(stored: string, written: string): boolean {
  return stored === written || (isPrinted(stored) && tokensOf(stored) === tokensOf(written));
}

function tokensOf(sql: string): string {
  const tokens = (sql.match(TOKEN) ?? []).filter((token) => !isComment(token)).map(plainToken);
  return tokens
    .filter((token) => !OPTIONAL.has(token))
    .join(' ')
    .replace(/\bif not exists /g, '')
    .replaceAll('insert or replace into', 'replace into');
}

const isComment = (token: string) => token.startsWith('/*') || token.startsWith('--');

function plainToken(token: string): string {
  if (token === '!=') return '<>';
  if (token.startsWith("'")) return token;
  // A name is printed with quotes only if it needs them.
  if (/^["`]/.test(token)) return token.slice(1, -1);
  return token.toLowerCase();
}
