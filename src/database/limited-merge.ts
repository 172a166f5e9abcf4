import type { LimitedInput } from '../merge/limited.js';
import { admitChanges } from '../merge/rights.js';
import { type LimitedSource, type RefusedRow, rightsIn } from '../merge/source.js';
import type { Change } from '../model/change.js';
import { type RowId, RowSet } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import { Findings } from '../tables/guard/findings.js';
import type { MergeReport } from './apply-result.js';
import { isRowRefused } from './database-errors.js';

/** A limited source as a merge is given it. */
export interface MergeSource extends LimitedSource {
  /** Present names of the tables for which something waits from it. Default: they are read first. */
  readonly waiting?: readonly string[] | undefined;
}

type BatchLimits = Omit<LimitedInput, 'source' | 'waiting'>;

export interface LimitedMergeParts {
  /** Merges a batch in one transaction. Rejects if a row is outside of its condition. */
  readonly merge: (changes: readonly Change[], limits: BatchLimits) => Promise<MergeReport>;
  /** The same, takes it back, and reads which rows would be refused. */
  readonly try: (changes: readonly Change[], limits: BatchLimits, found: Findings) => Promise<void>;
}

/** A batch is tried this often at least and at most, in between as often as it has few changes. */
const LEAST_ROUNDS = 4;
const MOST_ROUNDS = 16;
const MOST_CHANGES = 100_000;
/** If no more rows than this are outside after the merge, each is tried alone. */
const TRIED_ALONE = 32;

/**
 * Merges what a source may write, in one transaction, and leaves out the rows that it may not. Normally
 * that is known at once. If a condition fails, the merge is tried and taken back, in order to find the
 * rows that do not meet their conditions; then it is done without these.
 */
export async function mergeLimited(
  changes: readonly Change[],
  source: MergeSource,
  schema: CrrSchema,
  parts: LimitedMergeParts,
): Promise<MergeReport> {
  const admitted = admitChanges(changes, source, schema);
  const { refused } = admitted;
  const isRuled = (row: RowId) => rightsIn(source, row.table)?.where !== undefined;
  /** Rows outside of their conditions. */
  const outside = new RowSet<RefusedRow>();
  const removed = new RowSet<RefusedRow>();
  const rest = () => admitted.changes.filter((change) => !outside.has(change));
  const limits = () => ({
    drains: true,
    refused: outside.values(),
    onRemoved: (row: RefusedRow) => removed.add(row),
  });
  const mostRounds = Math.max(
    LEAST_ROUNDS,
    Math.min(MOST_ROUNDS, Math.floor(MOST_CHANGES / Math.max(changes.length, 1))),
  );
  for (let round = 0; ; round++) {
    const isLast = round === mostRounds;
    if (isLast) addRuledRows();
    try {
      const report = await parts.merge(
        rest(),
        isLast ? { ...limits(), drains: false, refused: [] } : limits(),
      );
      for (const row of [...outside.values(), ...removed.values()]) refused.add(row);
      return { ...report, refused: [...refused.values()] };
    } catch (error) {
      if (isLast || !isRowRefused(error)) throw error;
    }
    for (const row of await findOutside()) outside.add(row);
  }

  /** Rows depend on each other too deeply: of the tables with conditions none is merged this time. */
  function addRuledRows(): void {
    for (const { table, pk } of admitted.changes) {
      if (isRuled({ table, pk })) {
        outside.add({ table, pk, code: 'CRR_CHANGE_ROW_REFUSED', isOutside: false });
      }
    }
  }

  /**
   * Rows that are outside as they are come first: without the changes to them, others may be fine. Of
   * those that would be outside after the merge, some may only be so because of others.
   */
  async function findOutside(): Promise<readonly RefusedRow[]> {
    const found = await tryWith(rest());
    const before = found.filter(({ isOutside }) => isOutside);
    if (before.length > 0) return before;
    if (found.length < 2 || found.length > TRIED_ALONE) return found;
    const alone: RefusedRow[] = [];
    for (const row of found) {
      const own = new RowSet();
      own.add(row);
      const ofRow = await tryWith(
        rest().filter((change) => own.has(change)),
        row,
      );
      if (ofRow.some((one) => own.has(one))) alone.push(row);
    }
    return alone.length > 0 ? alone : found;
  }

  async function tryWith(batch: readonly Change[], onlyRow?: RowId): Promise<RefusedRow[]> {
    const rows = new RowSet<RefusedRow>();
    const found = new Findings();
    const trial = { found, refused: (row: RefusedRow) => void rows.add(row) };
    await parts.try(batch, { ...limits(), onlyRow, onRemoved: () => {}, trial }, found);
    return [...rows.values()];
  }
}
