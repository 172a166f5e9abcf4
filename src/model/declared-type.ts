/*
 * The declared type of a column as SQLite parses it. A schema may give more than a type: a custom type can
 * bring a constraint along, as in `TEXT COLLATE NOCASE`, or consist of one.
 */

/** Column affinity by SQLite's rules (https://sqlite.org/datatype3.html#determination_of_column_affinity). */
export type Affinity = 'integer' | 'text' | 'blob' | 'real' | 'numeric';

/**
 * The affinity of a column. ANY has none in a STRICT table, and counts as having none in all: a value passes
 * unchanged to the base table, which converts it if it has to.
 */
export const affinityOf = (sqlType: string): Affinity => traitsOf(sqlType).affinity;

/** Whether a key column of this type, if it is the whole key, is the rowid itself. */
export const isRowidType = (sqlType: string): boolean => traitsOf(sqlType).isRowid;

interface Traits {
  readonly affinity: Affinity;
  readonly isRowid: boolean;
}

/** Every value of a batch asks for them, and a schema has only a few types. */
const knownTraits = new Map<string, Traits>();

function traitsOf(sqlType: string): Traits {
  let traits = knownTraits.get(sqlType);
  if (traits === undefined) {
    const type = declaredType(sqlType).toUpperCase();
    traits = { affinity: affinityOfName(type), isRowid: type === 'INTEGER' };
    knownTraits.set(sqlType, traits);
  }
  return traits;
}

function affinityOfName(type: string): Affinity {
  if (type.includes('INT')) return 'integer';
  if (/CHAR|CLOB|TEXT/.test(type)) return 'text';
  if (type === '' || type === 'ANY' || type.includes('BLOB')) return 'blob';
  if (/REAL|FLOA|DOUB/.test(type)) return 'real';
  return 'numeric';
}

/** Whether what a schema gives as a type contains a collation. */
export function hasCollation(sqlType: string): boolean {
  return /\bcollate\b/i.test(sqlType);
}

const WORD = /\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[^\s"'`[\]()]+)/y;
const SIZE = /\s*\([^)]*\)/y;
/** Words that end a type: each begins a column constraint. */
const CONSTRAINTS = new Set([
  ...['CONSTRAINT', 'PRIMARY', 'NOT', 'NULL', 'UNIQUE', 'CHECK', 'DEFAULT'],
  ...['COLLATE', 'REFERENCES', 'GENERATED', 'AS'],
]);

/** Names, and perhaps a size in parentheses, up to the first constraint. */
function declaredType(text: string): string {
  let end = 0;
  for (;;) {
    WORD.lastIndex = end;
    const word = WORD.exec(text)?.[1];
    if (word === undefined || CONSTRAINTS.has(word.toUpperCase())) break;
    end = WORD.lastIndex;
  }
  SIZE.lastIndex = end;
  if (end > 0 && SIZE.test(text)) end = SIZE.lastIndex;
  return text.slice(0, end).trim();
}
