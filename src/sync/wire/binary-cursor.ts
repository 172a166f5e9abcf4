import { MAX_MARK_BYTES, MAX_NAME_BYTES } from '../protocol.js';
import type { Cursor } from '../site.js';
import type { Form } from './bytes.js';
import { malformed } from './message-errors.js';

const BETWEEN_TRANSFERS = 0;
const BETWEEN_VERSIONS = 1;
const BETWEEN_ROWS = 2;
/** Added to the two above. */
const IN_A_ROW = 2;
/** Added to any but the first. */
const WITH_HORIZON = 4;

/**
 * Either 0 and a db_version; or 1, `since`, and the db_version of `after`; or 2, the same, and the
 * table and the clock rowid (zigzag) of the row in `after`; or 3 or 4, which are 1 or 2 followed by the count and
 * the mark of a part of the next row. 4 more: the db_version of `after` is followed by the horizon.
 */
export const cursorForm: Form<number | Cursor> = {
  write(out, cursor) {
    if (typeof cursor === 'number') {
      out.byte(BETWEEN_TRANSFERS);
      out.varint(cursor);
      return;
    }
    const { row, part, horizon } = cursor.after;
    const place = row === undefined ? BETWEEN_VERSIONS : BETWEEN_ROWS;
    const form = part === undefined ? place : place + IN_A_ROW;
    out.byte(horizon === undefined ? form : form + WITH_HORIZON);
    out.varint(cursor.since);
    out.varint(cursor.after.db_version);
    if (horizon !== undefined) out.varint(horizon);
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
    const form = input.byte();
    const hasHorizon = form > BETWEEN_ROWS + IN_A_ROW;
    const place = hasHorizon ? form - WITH_HORIZON : form;
    if (place > BETWEEN_ROWS + IN_A_ROW || (hasHorizon && place === BETWEEN_TRANSFERS))
      throw malformed('a cursor has an unknown form');
    const since = input.varint();
    if (place === BETWEEN_TRANSFERS) return since;
    const db_version = input.varint();
    const horizon = hasHorizon ? { horizon: input.varint() } : {};
    const hasPart = place > BETWEEN_ROWS;
    const hasRow = (hasPart ? place - IN_A_ROW : place) === BETWEEN_ROWS;
    const row = hasRow
      ? { table: input.text(MAX_NAME_BYTES), key: String(input.zigzag()) }
      : undefined;
    const part = hasPart ? { count: input.varint(), mark: input.text(MAX_MARK_BYTES) } : undefined;
    return { since, after: { db_version, ...horizon, ...(row && { row }), ...(part && { part }) } };
  },
};
