import { isTimed } from '../columns/registry.js';
import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import type { SiteDirectory } from '../model/site.js';
import { requiredColumns, type TableSpec } from '../model/table-spec.js';
import { statementText } from '../sql/layout.js';
import { GUARD_TABLE, PENDING_TABLE, SITE_TABLE, STATE_TABLE } from '../sql/names.js';
import { quoteBlob } from '../sql/quote.js';
import { type Query, queryRow, statement } from '../sql/statement.js';
import { showCellsStatements } from '../tables/cells/show.js';
import { noteResetCells } from '../tables/clock/reset.js';
import { followFormerNames } from '../tables/former/follow.js';
import { drainPendingStatements } from '../tables/pending/drain.js';
import { beginApplySql, endApplySql } from '../tables/state/applying.js';
import { DB_VERSION } from '../tables/state/table.js';
import { guardForgedQueries } from './forged.js';
import { type EarlyChange, type GroupedChanges, groupChanges } from './group.js';
import { holdQueries } from './hold.js';
import { offerCells } from './offer-cells.js';
import { offerRows } from './offer-rows.js';
import { OrdinalsOfBatch } from './ordinals.js';
import { MergeOutcome } from './outcome.js';
import { reportQueries } from './report.js';

export interface ApplyInput {
  readonly changes: readonly Change[];
  readonly schema: CrrSchema;
  readonly sites: SiteDirectory;
  /** Keep changes that are early in the pending table, or refuse the batch. */
  readonly onUnknown: 'pending' | 'error';
  /** How many `?` one statement may have. */
  readonly maxParameters: number;
  /** The greatest version that columns merged by time take now. */
  readonly greatestTime: number;
  /** There may be pending changes: apply those that can be applied, in every table whose rows can be incomplete. */
  readonly mayWait: boolean;
  /** This site's own changes may come back to it, so they are not refused as forged. */
  readonly ownReturn?: boolean | undefined;
}

/** The steps of an apply, in their order. */
export type PhaseName =
  /** The ordinals that this process knows are those of the database. */
  | 'check sites'
  /** Sites that are new here get their ordinals. */
  | 'register'
  | 'begin'
  /** Changes that are early go to the pending table. */
  | 'hold'
  /** Rows and cells are offered to the gates, which merge them. */
  | 'offer'
  /** Pending changes that can be applied now are applied. */
  | 'drain'
  /** Base columns are computed from cells that changed. */
  | 'show'
  /** Values of earlier lives that the batch made new are recorded. */
  | 'note'
  /** Batches that must not be applied are refused. */
  | 'refuse'
  | 'report'
  | 'end';

export interface Phase {
  readonly name: PhaseName;
  readonly queries: readonly Query[];
}

/** How to merge a batch in one transaction. The outcome is complete when all queries have been read. */
export interface ApplyPlan {
  readonly phases: readonly Phase[];
  readonly outcome: MergeOutcome;
  readonly cellCount: number;
  /** Sites that are new to this database, with the ordinals that the statements give them. */
  readonly newSites: readonly (readonly [ordinal: number, siteId: Uint8Array])[];
  /** Changes of tables or columns that this schema does not have, or that are ahead of their time. */
  readonly early: readonly EarlyChange[];
}

/**
 * Turns a batch of changes into the statements that merge it: a few multi-row INSERTs into the
 * gates, with the bookkeeping around them. Nothing is read from the database here.
 *
 * @throws {CrrChangeError} if a change is refused.
 */
export function planApply(input: ApplyInput): ApplyPlan {
  const grouped = groupChanges(input.changes, input.schema, input.greatestTime);
  const batch = new Batch(input, grouped);
  return {
    phases: [
      { name: 'check sites', queries: batch.checkSites() },
      { name: 'register', queries: batch.register() },
      { name: 'begin', queries: batch.begin() },
      { name: 'hold', queries: batch.hold() },
      { name: 'offer', queries: batch.offer() },
      { name: 'drain', queries: batch.drain() },
      { name: 'show', queries: batch.show() },
      { name: 'note', queries: batch.note() },
      { name: 'refuse', queries: batch.refuse() },
      { name: 'report', queries: batch.report() },
      { name: 'end', queries: batch.end() },
    ],
    outcome: batch.outcome,
    cellCount: grouped.cellCount,
    newSites: batch.ordinals.added,
    early: grouped.early,
  };
}

class Batch {
  readonly outcome = new MergeOutcome();
  readonly ordinals: OrdinalsOfBatch;
  /** Changes under names that this schema lacks may come from a site that has not migrated yet. */
  readonly #hasForeignNames: boolean;
  /** Tables whose pending changes are applied. A drain compiles a whole gate, so it runs only if it is needed. */
  readonly #drained: readonly TableSpec[];
  /** Tables that the batch may touch. */
  readonly #touched: readonly TableSpec[];

  constructor(
    readonly input: ApplyInput,
    readonly grouped: GroupedChanges,
  ) {
    this.ordinals = new OrdinalsOfBatch(grouped.siteIds, input.sites);
    this.#hasForeignNames = grouped.early.some(({ isHeld }) => !isHeld);
    this.#drained = [...input.schema.tables.values()].filter(
      (spec) =>
        this.#hasForeignNames ||
        spec.clockColumns.some(isTimed) || // A held change may become due at any moment.
        (input.mayWait && requiredColumns(spec).length > 0),
    );
    this.#touched = [...new Set([...grouped.tables.keys(), ...this.#drained])];
  }

  /**
   * Ordinals are written into the statements, so they must be those of the database: another process
   * may have added a site meanwhile, or put another file in its place. Sites that others added do not
   * matter if this batch adds none.
   */
  checkSites(): Query[] {
    const { sites } = this.input;
    const greatest = this.ordinals.added.length > 0 ? '=' : '>=';
    return [
      statement(statementText`
        INSERT INTO ${GUARD_TABLE} (reason)
        SELECT 'stale'
        WHERE NOT EXISTS (
          SELECT 1 FROM ${STATE_TABLE}
          JOIN ${SITE_TABLE} ON ordinal = site
          WHERE
            site = ${sites.local}
            AND site_id = ${quoteBlob(sites.localId)}
            AND (SELECT max(ordinal) FROM ${SITE_TABLE}) ${greatest} ${sites.greatest}
        )`),
    ];
  }

  register(): Query[] {
    const { added } = this.ordinals;
    if (added.length === 0) return [];
    const rows = added.map(([ordinal, id]) => `(${ordinal}, ${quoteBlob(id)})`);
    return [statement(`INSERT INTO ${SITE_TABLE} (ordinal, site_id) VALUES ${rows.join(', ')}`)];
  }

  begin(): Query[] {
    return [statement(beginApplySql())];
  }

  hold(): Query[] {
    return holdQueries(this.grouped.early, this.ordinals, this.input.maxParameters);
  }

  offer(): Query[] {
    const { maxParameters } = this.input;
    return [...this.grouped.tables].flatMap(([spec, rows]) => [
      ...offerRows(spec, rows, this.ordinals, maxParameters),
      ...(spec.cellColumns.length > 0 ? offerCells(spec, rows, this.ordinals, maxParameters) : []),
    ]);
  }

  drain(): Query[] {
    const greatestTime = String(this.input.greatestTime);
    return [
      ...(this.#hasForeignNames ? followFormerNames() : []),
      ...this.#drained.flatMap((spec) => drainPendingStatements(spec, greatestTime)),
    ].map((sql) => statement(sql));
  }

  /** Draining shows the cells of its tables itself. */
  show(): Query[] {
    return [...this.grouped.tables.keys()]
      .filter((spec) => !this.#drained.includes(spec))
      .flatMap((spec) => showCellsStatements(spec))
      .map((sql) => statement(sql));
  }

  /** Only a life after the first one resets cells of an earlier life. */
  note(): Query[] {
    if (this.grouped.greatestLife < 3) return [];
    return this.#touched
      .filter(({ clockColumns }) => clockColumns.length > 0)
      .map((spec) => statement(noteResetCells(spec)));
  }

  refuse(): Query[] {
    const { onUnknown, ownReturn } = this.input;
    const claimsThisSite = this.ordinals.claimsLocal && !ownReturn;
    return [
      ...(onUnknown === 'error' ? [refuseIncomplete()] : []),
      ...(claimsThisSite ? this.#touched.flatMap((spec) => guardForgedQueries(spec)) : []),
    ];
  }

  report(): Query[] {
    return [
      ...this.#touched.flatMap((spec) => {
        // Rows that waited, and cells, are touched without being among the offers.
        const onlyOffers = this.#drained.length === 0 && spec.cellColumns.length === 0;
        const offers = this.grouped.tables.get(spec) ?? [];
        return reportQueries(spec, onlyOffers ? offers : undefined, this.outcome);
      }),
      this.#countWaiting(),
    ];
  }

  #countWaiting(): Query {
    const sql = statementText`
      SELECT
        count(*),
        ifnull(sum(waiting.db_version = state.db_version), 0),
        ifnull(sum(waiting.db_version = state.db_version AND waiting.cid <> '-1'), 0)
      FROM ${PENDING_TABLE} AS waiting, ${STATE_TABLE} AS state`;
    return queryRow(sql, (row) => {
      const [total, ofBatch, cellsOfBatch] = Array.from(row, Number) as [number, number, number];
      this.outcome.waiting = { total, ofBatch, cellsOfBatch };
    });
  }

  end(): Query[] {
    return [statement(endApplySql(this.#touched))];
  }
}

function refuseIncomplete(): Query {
  return statement(statementText`
    INSERT INTO ${GUARD_TABLE} (reason)
    SELECT 'incomplete' FROM ${PENDING_TABLE}
    WHERE db_version = ${DB_VERSION}
    LIMIT 1`);
}
