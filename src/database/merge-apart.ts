import { type Apart, NO_TABLES, rangesOf } from '../merge/apart.js';
import type { Change } from '../model/change.js';
import { type RowId, RowSet, textOfRow } from '../model/row-id.js';
import type { RejectedRow } from '../tables/pending/rejected.js';
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
  /** Lists the rows that are parked or masked; undefined if no table has constraints. */
  readonly asideRows: () => Promise<readonly RowId[] | undefined>;
  /** Whether a table has a place for rows that the database rejects. */
  readonly parks: (table: string) => boolean;
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
    const others = await parts.asideRows();
    const { faulty, undecided } = await siftFaulty(
      rows,
      (slice, known) =>
        parts.faultOf([], {
          only: rangesOf(slice),
          rejected: withReasons(known),
          shows: [],
        }),
      MOST_ATTEMPTS,
    );
    const only = undecided.length > 0 ? NO_TABLES : all;
    const rejected = { only, rejected: withReasons(faulty) };
    const apart = { ...rejected, ...(await siftOthers([], rejected, others, parts)) };
    try {
      const total = addReport(emptyReport(), await merge(apart));
      const inOrder = new Map(
        rows.flatMap((row) => (faulty.has(row) ? [[row, faulty.get(row)!]] : [])),
      );
      await addLater(total, parts, () => parkFaulty(withReasons(inOrder), parts));
      return total;
    } catch (error) {
      if (rowFault(error) === undefined) throw error;
    }
  }
}

/**
 * Merges rows that the database has rejected and parks them, as far as their tables have a place for that. Those that it
 * rejects even so, because a trigger lets them neither change nor go, stay in the pending table.
 *
 * @param rows in the order of the pending table.
 */
async function parkFaulty(rows: readonly RejectedRow[], parts: ApartParts): Promise<MergeReport> {
  const parked = rows.filter(({ table }) => parts.parks(table));
  const apartOf = (some: readonly RejectedRow[]): Apart => ({ only: rangesOf(some), parks: some });
  if (parked.length === 0) return emptyReport();
  try {
    return await parts.merge([], apartOf(parked));
  } catch (error) {
    if (rowFault(error) === undefined) throw error;
  }
  const others = await parts.asideRows();
  const { faulty, undecided } = await siftFaulty(
    parked,
    (slice) => parts.faultOf([], { ...apartOf(slice), shows: [] }),
    MOST_ATTEMPTS,
  );
  const stay = new Set([...faulty.keys(), ...undecided]);
  const rest = apartOf(parked.filter((row) => !stay.has(row)));
  return parts.merge([], { ...rest, ...(await siftOthers([], rest, others, parts)) });
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
  const fresh = rows.filter((row) => !before.has(row));
  const others = await parts.asideRows();
  for (let round = 1; ; round++) {
    const { faulty, undecided } = await siftFaulty(
      fresh,
      (slice) =>
        parts.faultOf(
          slice.flatMap((row) => row.changes),
          { only: NO_TABLES, shows: [] },
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
        ...(await siftOthers(changes, apart, others, parts)),
      });
    } catch (error) {
      if (rowFault(error) === undefined || round === MOST_ROUNDS) throw error;
    }
  }
}

/**
 * Finds which of the rows aside can be shown otherwise than before: a trigger of the application may reject one now
 * that its parent has come, or that another row has its unique value. It is parked. So are rows that were not aside before
 * and would be masked now, until the next apply, which finds them aside.
 */
async function siftOthers(
  changes: readonly Change[],
  apart: Apart,
  others: readonly RowId[] | undefined,
  parts: ApartParts,
): Promise<Apart> {
  if (others === undefined) return {};
  if ((await parts.faultOf(changes, apart)) === undefined) return {};
  const { faulty, undecided } = await siftFaulty(
    others,
    (shows) => parts.faultOf(changes, { ...apart, shows }),
    MOST_ATTEMPTS,
  );
  const stay = new RowSet<RowId>([...faulty.keys(), ...undecided]);
  return {
    shows: others.filter((row) => !stay.has(row)),
    stays: withReasons(faulty),
  };
}

const withReasons = (faulty: ReadonlyMap<RowId, string>): RejectedRow[] =>
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
