import { type Apart, NO_TABLES, rangesOf } from '../merge/apart.js';
import type { Change } from '../model/change.js';
import { type RowId, RowSet, textOfRow } from '../model/row-id.js';
import { addReport, emptyReport, type MergeReport, type MutableReport } from './apply-result.js';
import { rowFault } from './row-faults.js';
import { siftFaulty } from './sift.js';

/** How a batch is merged apart from rows that the database rejects. */
export interface ApartParts {
  /** Merges a batch in one transaction. */
  readonly merge: (changes: readonly Change[], apart?: Apart) => Promise<MergeReport>;
  /** Why the database would reject a row of a batch; undefined if not. Conditions on rows are not checked. */
  readonly faultOf: (changes: readonly Change[], apart: Apart) => Promise<string | undefined>;
  /** Lists the rows for which something waits and may be applied, in the order of the pending table. */
  readonly waitingRows: () => Promise<readonly RowId[]>;
  /** Lists the rows for which something was rejected before. */
  readonly rejectedRows: () => Promise<readonly RowId[]>;
  /** Lists the rows that are parked. */
  readonly parkedRows: () => Promise<readonly RowId[]>;
  /** Called if something that is pending could not be looked at after the batch was merged. */
  readonly later: () => void;
  /** Whether a batch with a row that the database rejects is refused. */
  readonly refuses: boolean;
}

/** Attempts for one batch, and for what waits. Whatever is undecided then is tried by the next apply. */
const MOST_ATTEMPTS = 256;
/** Other processes may have written meanwhile, so that another row is rejected than was found. */
const MOST_ROUNDS = 3;

/**
 * Merges a batch in one transaction. If the database rejects a row, all other rows of the batch are merged in
 * one transaction, and the changes of those that it rejects are put into the pending table. They are tried
 * once more together with what is pending for their rows already, and stay there if they are rejected again.
 */
export async function mergeApart(
  changes: readonly Change[],
  parts: ApartParts,
): Promise<MutableReport> {
  const total = emptyReport();
  try {
    addReport(total, await parts.merge(changes));
    return total;
  } catch (error) {
    if (rowFault(error) === undefined) throw error;
    if (changes.length === 0) return addReport(total, await drainApart(parts));
    addReport(total, await mergeOthers(changes, parts, error));
  }
  const { prior } = total;
  await addLater(total, parts, async () => {
    const drained = await drainApart(parts, prior);
    // It counted what still waits of the batch.
    total.pending = 0;
    return drained;
  });
  return { ...total, prior };
}

/** After a batch that is merged already, so a failure is left to the next apply, which tries the same again. */
export async function addLater(
  total: MutableReport,
  parts: ApartParts,
  drain: () => Promise<MergeReport>,
): Promise<void> {
  try {
    addReport(total, await drain());
  } catch {
    parts.later();
  }
}

/** Applies what waits, apart from what the database rejects. */
export async function drainApart(parts: ApartParts, countedFrom?: number): Promise<MergeReport> {
  for (let round = 1; ; round++) {
    const rows = await parts.waitingRows();
    const all = rangesOf(rows);
    const merge = (apart: Apart) => parts.merge([], { countedFrom, ...apart });
    try {
      return await merge({ only: all });
    } catch (error) {
      if (rowFault(error) === undefined || round > MOST_ROUNDS) throw error;
    }
    const parked = await parts.parkedRows();
    const { faulty, undecided } = await siftFaulty(
      rows,
      (slice, known) =>
        parts.faultOf([], {
          only: rangesOf(slice),
          rejected: withReasons(known),
          ...withholding(parked),
        }),
      MOST_ATTEMPTS,
    );
    const only = undecided.length > 0 ? NO_TABLES : all;
    const rejected = { only, rejected: withReasons(faulty) };
    const apart = { ...rejected, ...(await siftParked([], rejected, parked, parts)) };
    try {
      return await merge(apart);
    } catch (error) {
      if (rowFault(error) === undefined) throw error;
    }
  }
}

/**
 * Merges the rows of a batch that the database takes. Nothing that waits is applied. What is new of a row
 * that was rejected before is only tried together with the rest of the row.
 */
async function mergeOthers(
  changes: readonly Change[],
  parts: ApartParts,
  cause: unknown,
): Promise<MergeReport> {
  const before = new RowSet(await parts.rejectedRows());
  const rows = changesByRow(changes);
  const others = rows.filter((row) => !before.has(row));
  const parked = await parts.parkedRows();
  for (let round = 1; ; round++) {
    const { faulty, undecided } = await siftFaulty(
      others,
      (slice) =>
        parts.faultOf(
          slice.flatMap((row) => row.changes),
          { only: NO_TABLES, ...withholding(parked) },
        ),
      MOST_ATTEMPTS,
    );
    if (faulty.size + undecided.length > 0 && parts.refuses) throw cause;
    const again = rows.filter((row) => before.has(row));
    const held = new RowSet<RowId>([...again, ...faulty.keys(), ...undecided]);
    const apart = { held, only: NO_TABLES };
    try {
      return await parts.merge(changes, {
        ...apart,
        ...(await siftParked(changes, apart, parked, parts)),
      });
    } catch (error) {
      if (rowFault(error) === undefined || round === MOST_ROUNDS) throw error;
    }
  }
}

/** No row that was parked before is shown, so what fails is not to blame on one. */
const withholding = (parked: readonly RowId[]): Apart => (parked.length === 0 ? {} : { shows: [] });

/**
 * Finds which of the rows that were parked can be shown: a trigger of the application may reject one now that its
 * parent has come. It stays parked.
 */
async function siftParked(
  changes: readonly Change[],
  apart: Apart,
  parked: readonly RowId[],
  parts: ApartParts,
): Promise<Apart> {
  if (parked.length === 0) return {};
  const { faulty, undecided } = await siftFaulty(
    parked,
    (shows) => parts.faultOf(changes, { ...apart, shows }),
    MOST_ATTEMPTS,
  );
  if (faulty.size + undecided.length === 0) return {};
  const stay = new RowSet<RowId>([...faulty.keys(), ...undecided]);
  return { shows: parked.filter((row) => !stay.has(row)) };
}

const withReasons = (faulty: ReadonlyMap<RowId, string>) =>
  [...faulty].map(([{ table, pk }, reason]) => ({ table, pk, reason }));

interface RowChanges extends RowId {
  readonly changes: Change[];
}

function changesByRow(changes: readonly Change[]): RowChanges[] {
  const rows = new Map<string, RowChanges>();
  for (const change of changes) {
    const id = textOfRow(change);
    const row = rows.get(id) ?? { table: change.table, pk: change.pk, changes: [] };
    rows.set(id, row);
    row.changes.push(change);
  }
  return [...rows.values()];
}
