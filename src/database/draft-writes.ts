import { type DraftRow, draftWrites, isUnwritten } from '../feed/draft-row.js';
import type { ShownRows } from '../feed/shown-rows.js';
import { constrainedTables, referencesOf } from '../model/constraints.js';
import { type RowId, textOfRow } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import type { ReplicatedColumnSpec } from '../model/table-spec.js';
import { type Query, type Statement, statement } from '../sql/statement.js';
import { checkReferences, DEFER_REFERENCES, readEnforced } from '../tables/draft/writes.js';
import { PIN_SQL } from '../tables/state/table.js';
import { type DraftDiff, type DraftParts, diffDraft } from './draft-diff.js';
import { isOfOrder, workingOrder } from './draft-order.js';
import { rehearse } from './rehearsal.js';
import { rowFault } from './row-faults.js';
import { run } from './run.js';
import { acquit, siftFaulty } from './sift.js';

/** A row of a draft, and which of its columns are written; undefined: all that the draft has written. */
export interface TakenRow {
  readonly row: DraftRow;
  readonly columns?: readonly ReplicatedColumnSpec[];
}

/** The writes of some rows. Those that go make room for those that come. */
export function writesOf(
  rows: readonly TakenRow[],
  ours: ShownRows,
  { tables }: CrrSchema,
): Statement[] {
  const place = ({ row }: TakenRow) =>
    row.theirs === undefined ? 0 : row.base === undefined ? 2 : 1;
  return [...rows]
    .sort((a, b) => place(a) - place(b))
    .flatMap(({ row, columns }) =>
      draftWrites(tables.get(row.table)!, row, ours.cellsOf(row), columns),
    );
}

/** Attempts to find the rows that the database would reject. */
const MOST_ATTEMPTS = 256;

/** A draft compared with what stands now, and what the database says to it. */
export interface ReviewedDraft extends DraftDiff {
  /** Why the database would reject the row of an item; undefined if it would not. */
  readonly reasonOf: (item: RowId) => string | undefined;
}

/** Compares a draft, and finds the rows that the database would reject: they are written and taken back. */
export async function reviewDraft(parts: DraftParts, name: string): Promise<ReviewedDraft> {
  const { schema } = parts;
  const diff = await diffDraft(parts, name);
  const { draft, ours } = diff;
  const rows = draft.written.filter((row) => !isUnwritten(schema.tables.get(row.table)!, row));
  const attempt = (some: readonly DraftRow[]) => {
    const taken = some.map((row) => ({ row }));
    return faultOf(parts, writesOf(taken, ours, schema));
  };
  const sifted = await siftFaulty(rows, attempt, MOST_ATTEMPTS);
  const faulty = await acquit(rows, sifted.faulty, attempt, MOST_ATTEMPTS);
  const reasons = new Map([...faulty].map(([row, reason]) => [textOfRow(row), reason]));
  return { ...diff, reasonOf: (item) => reasons.get(textOfRow(item)) };
}

/** Why the database would reject writes; undefined if it would not. */
export async function faultOf(
  parts: DraftParts,
  writes: readonly Statement[],
): Promise<string | undefined> {
  const fault = await faultInOrder(parts, writes);
  if (fault === undefined || !isOfOrder(fault)) return fault;
  const order = await workingOrder(parts.connection, 'review()', writes);
  return order === undefined ? fault : faultInOrder(parts, order);
}

function faultInOrder(
  { connection, schema }: DraftParts,
  writes: readonly Statement[],
): Promise<string | undefined> {
  const hasReferences = constrainedTables(schema).some((spec) => referencesOf(spec).length > 0);
  return rehearse(connection, 'review()', async (rehearsal) => {
    let fault: string | undefined;
    let isEnforced = false;
    const look = readEnforced((found) => {
      isEnforced = found;
    });
    const check = checkReferences((table) => {
      if (isEnforced) fault = `FOREIGN KEY constraint failed: ${table}`;
    });
    const all: Query[] = [statement(PIN_SQL), statement(DEFER_REFERENCES), ...writes];
    try {
      await run(rehearsal, [...all, ...(hasReferences ? [look, check] : [])], 'write');
    } catch (error) {
      fault = rowFault(error);
      if (fault === undefined) throw error;
    }
    return fault;
  });
}
