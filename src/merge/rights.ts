import { type Change, EVENT, SENTINEL } from '../model/change.js';
import { columnsOfEvent, withoutCells } from '../model/log-event.js';
import { RowSet } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import { type LimitedSource, type RefusedRow, rightsIn, type TableRights } from './source.js';

/** The changes of a batch, as far as the rights of its source are known from names alone. */
export interface Admitted {
  readonly changes: readonly Change[];
  /** Rows that are left out. */
  readonly refused: RowSet<RefusedRow>;
}

/**
 * Leaves out what a source may not write: rows of tables, and rows with cells of read-only columns, or with values that
 * are not accepted. Names
 * that this schema lacks may become known: their changes wait, and are looked at again when they are applied.
 */
export function admitChanges(
  changes: readonly Change[],
  source: LimitedSource,
  schema: CrrSchema,
): Admitted {
  const refused = new RowSet<RefusedRow>();
  const { accepts } = source;
  if (source.tables === undefined && accepts === undefined) return { changes, refused };
  const isKnown = (table: string) => schema.tables.has(table) || schema.plainTables.has(table);
  let hasIgnored = false;
  for (const change of changes) {
    const { table, pk, cid } = change;
    const rights = rightsIn(source, table);
    if (rights === undefined) {
      if (!isKnown(table)) continue;
      refused.add({ table, pk, code: 'CRR_CHANGE_TABLE_REFUSED', isOutside: false });
    } else if (isReadOnly(rights, cid) || writesReadOnly(rights, change)) {
      if (rights.onReadOnly === 'ignore') hasIgnored = true;
      else refused.add({ table, pk, code: 'CRR_CHANGE_COLUMN_REFUSED', isOutside: false });
    } else if (accepts?.(change) === false) {
      refused.add({ table, pk, code: 'CRR_CHANGE_VALUE', isOutside: false });
    }
  }
  if (refused.size === 0 && !hasIgnored) return { changes, refused };
  const admitted = changes.flatMap((change) => {
    if (refused.has(change)) return [];
    const rights = rightsIn(source, change.table);
    if (rights === undefined) return [change];
    if (writesReadOnly(rights, change)) return withoutCells(change, rights.readOnly!);
    return isReadOnly(rights, change.cid) ? [] : [change];
  });
  return { changes: admitted, refused };
}

/** Whether a change is an event that wrote a read-only column. */
const writesReadOnly = (rights: TableRights, change: Change): boolean =>
  change.cid === EVENT &&
  rights.readOnly !== undefined &&
  columnsOfEvent(change).some((name) => isReadOnly(rights, name));

const isReadOnly = ({ readOnly }: TableRights, cid: string) =>
  cid !== SENTINEL && readOnly !== undefined && readOnly.includes(cid);
