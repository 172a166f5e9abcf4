/** Quoted names and texts, and comments: words in them are not keywords. */
const QUOTED =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
const WRITES = /\b(?:insert|update|delete|replace)\b/i;

/** A statement without what is quoted in it, and without comments. */
export const withoutQuoted = (sql: string): string => sql.replaceAll(QUOTED, ' ');

/**
 * Whether a statement certainly reads only: a SELECT or VALUES, also after WITH. Whatever else it might be,
 * such as a pragma, counts as a write.
 */
export function readsOnly(sql: string): boolean {
  const text = withoutQuoted(sql).trimStart();
  if (/^(?:select|values)\b/i.test(text)) return true;
  return /^with\b/i.test(text) && !WRITES.test(text);
}
