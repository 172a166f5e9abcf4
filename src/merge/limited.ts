import { keysByTable, type RowId } from '../model/row-id.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import type { StatementLimits } from '../sql/multi-row.js';
import { type Query, statement } from '../sql/statement.js';
import { followFormerNames } from '../tables/former/follow.js';
import type { DrainOptions } from '../tables/pending/drain.js';
import { removeOverQuota } from '../tables/pending/quota.js';
import {
  type ForbiddenPart,
  removeForbidden,
  removeOthers,
  removeWaiting,
} from '../tables/pending/refuse.js';
import type { EarlyChange } from './group.js';
import { RowRules } from './row-rules.js';
import { type LimitedSource, type RefusedRow, rightsIn, type Trial } from './source.js';
import type { RowOffer } from './table-group.js';
import { TombstoneQuota } from './tombstone-quota.js';

/** What a batch of a limited source is merged with. */
export interface LimitedInput {
  readonly source: LimitedSource;
  /** Tables, by their present names, that something waits for from this source. */
  readonly waiting: readonly string[];
  /** Whether what waits is applied. */
  readonly drains: boolean;
  /** Rows that were refused: what waits for them is removed. */
  readonly refused: readonly RowId[];
  /** Of what waits, only this row is applied. Only for a trial. */
  readonly onlyRow?: RowId | undefined;
  /**
   * Rows outside of their conditions are found, and do not fail the batch, which is taken back. Undefined: they
   * fail it.
   */
  readonly trial?: Trial | undefined;
  /** Called with rows of which something was removed, because its source may not write it. */
  readonly onRemoved: (row: RefusedRow) => void;
}

export interface LimitedBatchInput extends LimitedInput {
  readonly offers: ReadonlyMap<TableSpec, readonly RowOffer[]>;
  readonly drained: readonly TableSpec[];
  /** Of what waits, only what is marked to be tried is applied. */
  readonly onlyTried: boolean;
  /** Changes may wait under former names. */
  readonly followsNames: boolean;
  readonly limits: StatementLimits;
}

/** What a batch of a limited source needs besides what every batch needs. */
export class LimitedBatch {
  readonly #rules: RowRules;

  constructor(readonly input: LimitedBatchInput) {
    this.#rules = new RowRules(input);
  }

  /** What waits goes to its present names, and is reduced to what its source may write. */
  admit(): Query[] {
    const { source, drained, followsNames, refused, onlyRow, trial } = this.input;
    return [
      ...(followsNames ? followFormerNames(source.id).map((sql) => statement(sql)) : []),
      ...[...keysByTable(refused)].flatMap(([table, keys]) =>
        removeWaiting(source.id, table, keys),
      ),
      ...(onlyRow ? [removeOthers(source.id, onlyRow.table, onlyRow.pk)] : []),
      ...drained.flatMap((spec) => this.#removeForbidden(spec)),
      ...(trial ? this.#rules.collect('before', trial) : this.#rules.guardBefore()),
    ];
  }

  /** Between what the batch brings and what waits. */
  checkOffered(): Query[] {
    const { trial } = this.input;
    return trial ? this.#rules.collectDeletes(trial) : this.#rules.guardDeletes();
  }

  /** After the merge. */
  check(): Query[] {
    const { trial } = this.input;
    const tombstones = new TombstoneQuota(this.input);
    if (trial) {
      return [
        ...tombstones.note(),
        ...tombstones.collect(trial),
        ...this.#rules.collect('after', trial),
      ];
    }
    return [
      ...tombstones.note(),
      ...tombstones.guard(),
      ...this.#rules.guardAfter(),
      ...this.#keepQuota(),
    ];
  }

  drainOptions({ name }: TableSpec): DrainOptions {
    const { source, trial } = this.input;
    return {
      deletesNeedRow: rightsIn(source, name)?.where !== undefined,
      keepsApplied: trial !== undefined,
    };
  }

  #keepQuota(): Query[] {
    const { source, onRemoved } = this.input;
    if (source.quota === undefined) return [];
    return removeOverQuota(source.id, source.quota, (row) =>
      onRemoved({ ...row, code: 'CRR_CHANGE_QUOTA', isOutside: false }),
    );
  }

  #removeForbidden(spec: TableSpec): Query[] {
    const { source, onRemoved } = this.input;
    const table = spec.name;
    const rights = rightsIn(source, table);
    const columns = new Set(replicatedColumns(spec).map(({ name }) => name));
    const readOnly = (rights?.readOnly ?? []).filter((name) => columns.has(name));
    const isIgnored = rights?.onReadOnly === 'ignore';
    return removeForbidden(
      spec,
      {
        source: source.id,
        onlyTried: this.input.onlyTried,
        owner: source.owner,
        mayWrite: rights !== undefined,
        ignored: isIgnored ? readOnly : [],
        refused: isIgnored ? [] : readOnly,
      },
      (pk, part) => onRemoved({ table, pk, code: CODES[part], isOutside: false }),
    );
  }
}

const CODES = {
  table: 'CRR_CHANGE_TABLE_REFUSED',
  column: 'CRR_CHANGE_COLUMN_REFUSED',
  site: 'CRR_CHANGE_SITE_REFUSED',
} as const satisfies Record<ForbiddenPart, string>;

/**
 * A source that may only write some rows of a table cannot show that it may delete a row which is not here.
 * So its deletes wait, and are applied in the same batch if the row is here.
 */
export function splitDeletes(
  tables: ReadonlyMap<TableSpec, readonly RowOffer[]>,
  source: LimitedSource,
): { offers: ReadonlyMap<TableSpec, readonly RowOffer[]>; deletes: readonly EarlyChange[] } {
  const deletes: EarlyChange[] = [];
  const offers = new Map<TableSpec, readonly RowOffer[]>();
  for (const [spec, rows] of tables) {
    if (rightsIn(source, spec.name)?.where === undefined) {
      offers.set(spec, rows);
      continue;
    }
    const living = rows.filter(({ cl }) => cl % 2 === 1);
    if (living.length > 0) offers.set(spec, living);
    for (const { cl, key, sentinel } of rows) {
      if (cl % 2 === 0) deletes.push({ change: sentinel!, key, isHeld: false });
    }
  }
  return { offers, deletes };
}
