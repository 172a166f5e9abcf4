import type { SqlValue } from '../model/value.js';
import type { DriverRow } from './driver-value.js';
import { quoteBlob, quoteReal } from './quote.js';

/** One SQL statement with the values of its placeholders. */
export interface Statement {
  readonly sql: string;
  readonly args: readonly SqlValue[];
}

/** A statement that reads the rows it gives, so that no result is found by its position in a batch. */
export interface Query extends Statement {
  readonly read?: (rows: readonly DriverRow[]) => void;
}

/** A query that keeps its rows. */
export interface CollectingQuery extends Query {
  readonly rows: readonly DriverRow[];
}

export function collecting({ sql, args }: Statement): CollectingQuery {
  let kept: readonly DriverRow[] = [];
  return {
    sql,
    args,
    get rows() {
      return kept;
    },
    read(rows) {
      kept = rows;
    },
  };
}

/** A query of one row. */
export function queryRow(sql: string, read: (row: DriverRow) => void): Query {
  return { sql, args: [], read: ([row]) => read(row!) };
}

export const statement = (sql: string, args: readonly SqlValue[] = []): Statement => ({
  sql,
  args,
});

/**
 * A value as SQL text, pushing what must be bound to `args`. Only text, blobs and fractions are bound: what a
 * driver makes of other values differs.
 *
 * - Integers are written out: JavaScript numbers would bind as REAL, and some drivers take no bigint.
 * - So are whole reals, which half of the drivers bind as INTEGER, and infinities, which others refuse.
 * - An empty blob binds as NULL on wa-sqlite.
 * - Text with NUL, or with half a surrogate pair, is cut or spelled in different ways.
 */
export function bindValue(value: SqlValue, args: SqlValue[]): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Number.isInteger(value)) return quoteReal(value);
  } else if (typeof value === 'string') {
    if (AWKWARD_TEXT.test(value) && !isPlainText(value)) {
      args.push(encoder.encode(value));
      return 'CAST(? AS TEXT)';
    }
  } else if (value.length === 0) return quoteBlob(value);
  args.push(value);
  return '?';
}
const encoder = new TextEncoder();

/** May contain what drivers bind differently. */
const AWKWARD_TEXT = /[\0\ud800-\udfff]/;

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const isPlainText = (text: string) => !text.includes('\0') && !LONE_SURROGATE.test(text);
