import { MAX_MARK_BYTES, MAX_NAME_BYTES } from '../protocol.js';
import type { Cursor } from '../site.js';
import type { Form } from './bytes.js';
import { malformed } from './message-errors.js';

const BETWEEN_TRANSFERS = 0;
const BETWEEN_VERSIONS = 1;
const BETWEEN_ROWS = 2;
/** Added to the two above. */
const IN_A_ROW = 2;

/**
 * Either 0 and a db_version; or 1, `since`, and the db_version of `after`; or 2, the same, and the
 * table and the clock rowid (zigzag) of the row in `after`; or 3 or 4, which are 1 or 2 followed by the count and
 * the mark of a part of the next row.
 */
export const cursorForm: Form<number | Cursor> = {
  write(out, cursor) {
    if (typeof cursor === 'number') {
      out.byte(BETWEEN_TRANSFERS);
      out.varint(cursor);
      return;
    }
    const { row, part } = cursor.after;
    const place = row === undefined ? BETWEEN_VERSIONS : BETWEEN_ROWS;
    out.byte(part === undefined ? place : place + IN_A_ROW);
    out.varint(cursor.since);
    out.varint(cursor.after.db_version);
    if (row !== undefined) {
      out.text(row.table);
      out.zigzag(BigInt(row.key));
    }
    if (part !== undefined) {
      out.varint(part.count);
      out.text(part.mark);
    }
  },
  read(input) {
    const place = input.byte();
    if (place > BETWEEN_ROWS + IN_A_ROW) throw malformed('a cursor has an unknown form');
    const since = input.varint();
    if (place === BETWEEN_TRANSFERS) return since;
    const db_version = input.varint();
    const hasPart = place > BETWEEN_ROWS;
    const hasRow = (hasPart ? place - IN_A_ROW : place) === BETWEEN_ROWS;
    const row = hasRow
      ? { table: input.text(MAX_NAME_BYTES), key: String(input.zigzag()) }
      : undefined;
    const part = hasPart ? { count: input.varint(), mark: input.text(MAX_MARK_BYTES) } : undefined;
    return { since, after: { db_version, ...(row && { row }), ...(part && { part }) } };
  },
};
