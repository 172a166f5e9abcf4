import { isMarkOnWire } from '../columns/versions.js';
import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import type { SiteDirectory } from '../model/site.js';
import type { TableSpec } from '../model/table-spec.js';
import type { StatementLimits } from '../sql/multi-row.js';
import { SITE_TABLE } from '../sql/names.js';
import { quoteBlob } from '../sql/quote.js';
import { type Query, statement } from '../sql/statement.js';
import { showCellsStatements } from '../tables/cells/show.js';
import { noteResetCells } from '../tables/clock/reset.js';
import { followFormerNames } from '../tables/former/follow.js';
import { drainPendingStatements } from '../tables/pending/drain.js';
import { TRUSTED } from '../tables/pending/table.js';
import { beginApplySql, endApplySql } from '../tables/state/applying.js';
import { type Apart, rejectRows, reportRejected, tryChangedRows, tryHeld } from './apart.js';
import { checkSitesQuery } from './check-sites.js';
import { drainedTables } from './drained.js';
import { guardForgedQueries, guardForgedWaiting } from './forged.js';
import {
  type EarlyChange,
  type GroupedChanges,
  groupChanges,
  type RowOffer,
  type UnknownColumns,
} from './group.js';
import { holdQueries } from './hold.js';
import { LimitedBatch, type LimitedInput, splitDeletes } from './limited.js';
import { offerCells } from './offer-cells.js';
import { offerRows } from './offer-rows.js';
import { OrdinalsOfBatch } from './ordinals.js';
import { MergeOutcome } from './outcome.js';
import type { Phase } from './phase.js';
import { reportQueries } from './report.js';
import { countWaiting, refuseIncomplete } from './waiting.js';

export interface ApplyInput {
  readonly changes: readonly Change[];
  readonly schema: CrrSchema;
  /** The version of the database's schema; undefined if it is not to be checked. */
  readonly schemaVersion?: number | undefined;
  /** Tables whose pending changes are applied, whatever else is known. */
  readonly waiting?: ReadonlySet<string> | undefined;
  /**
   * Columns by table for which the rights of a limited source are not known, because the schema of this process
   * lacks them: their changes wait.
   */
  readonly unknownColumns?: UnknownColumns | undefined;
  readonly sites: SiteDirectory;
  /** Keep changes that are early in the pending table, or refuse the batch. */
  readonly onUnknown: 'pending' | 'error';
  /** How large one statement may be. */
  readonly limits: StatementLimits;
  /** The greatest version that columns merged by time take now. */
  readonly greatestTime: number;
  /** There may be pending changes: apply those that can be applied, in every table whose rows can be incomplete. */
  readonly mayWait: boolean;
  /** Some pending changes were rejected: try those again whose row changes. */
  readonly mayReject: boolean;
  readonly apart?: Apart | undefined;
  /** This site's own changes may come back to it, so they are not refused as forged. */
  readonly ownReturn?: boolean | undefined;
  /** Who brought the changes, if they may not write everything. */
  readonly limited?: LimitedInput | undefined;
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
  const { changes, schema, greatestTime, apart, unknownColumns } = input;
  const grouped = groupChanges(changes, schema, greatestTime, apart?.held, unknownColumns);
  const batch = new Batch(input, grouped);
  return {
    phases: [
      { name: 'check sites', queries: batch.checkSites() },
      { name: 'register', queries: batch.register() },
      { name: 'begin', queries: batch.begin() },
      { name: 'hold', queries: batch.hold() },
      { name: 'admit', queries: batch.admit() },
      { name: 'offer', queries: batch.offer() },
      { name: 'refuse forged', queries: batch.refuseForged() },
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
  readonly #limits: LimitedBatch | undefined;
  /** Changes that wait, without those that need not. */
  readonly #held: readonly EarlyChange[];
  /** The rows that are offered. */
  readonly #offers: ReadonlyMap<TableSpec, readonly RowOffer[]>;
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
    const { limited, sites } = input;
    this.ordinals = new OrdinalsOfBatch(grouped.siteIds, sites);
    this.#hasForeignNames = grouped.early.some(({ isHeld }) => !isHeld);
    const split = limited && splitDeletes(grouped.tables, limited.source);
    this.#offers = split?.offers ?? grouped.tables;
    const waiting = [...grouped.early, ...grouped.held];
    this.#held = [...this.#mayWait(waiting), ...(split?.deletes ?? [])];
    this.#drained = drainedTables(input, {
      offers: this.#offers,
      early: grouped.early,
      deletes: split?.deletes ?? [],
      hasForeignNames: this.#hasForeignNames,
    });
    this.#touched = [...new Set([...this.#offers.keys(), ...this.#drained])];
    this.#limits =
      limited &&
      new LimitedBatch({
        ...limited,
        offers: this.#offers,
        drained: this.#drained,
        followsNames: this.#hasForeignNames || limited.waiting.length > 0,
        limits: input.limits,
      });
  }

  get #apart(): Apart {
    return this.input.apart ?? {};
  }

  /** Whether what was rejected may be tried again. */
  get #triesRejected(): boolean {
    return this.#apart.only === undefined && (this.input.mayReject || this.#limits !== undefined);
  }

  /**
   * This site's own changes need not wait: it wrote them, so either they are here or it has given up their
   * column. Otherwise a lie could wait until nobody looks.
   */
  #mayWait(early: readonly EarlyChange[]): readonly EarlyChange[] {
    if (!this.#claimsThisSite) return early;
    const { local } = this.input.sites;
    return early.filter(
      ({ change }) => this.ordinals.of(change) !== local || isMarkOnWire(change.col_version),
    );
  }

  get #claimsThisSite(): boolean {
    return this.ordinals.claimsLocal && !this.input.ownReturn;
  }

  get #source(): string {
    return this.input.limited?.source.id ?? TRUSTED;
  }

  checkSites(): Query[] {
    const { sites, schemaVersion } = this.input;
    return [checkSitesQuery(sites, this.ordinals.added.length > 0, schemaVersion)];
  }

  register(): Query[] {
    const { added } = this.ordinals;
    if (added.length === 0) return [];
    const rows = added.map(([ordinal, id]) => `(${ordinal}, ${quoteBlob(id)})`);
    return [statement(`INSERT INTO ${SITE_TABLE} (ordinal, site_id) VALUES ${rows.join(', ')}`)];
  }

  begin(): Query[] {
    return [statement(beginApplySql(this.#source))];
  }

  hold(): Query[] {
    return [
      ...holdQueries(this.#held, this.#source, this.ordinals, this.input.limits),
      ...tryHeld(this.#apart, this.#source),
      ...rejectRows(this.#apart, this.#source),
    ];
  }

  admit(): Query[] {
    return this.#limits?.admit() ?? [];
  }

  offer(): Query[] {
    const { limits } = this.input;
    return [...this.#offers].flatMap(([spec, rows]) => [
      ...offerRows(spec, rows, this.ordinals, limits),
      ...(spec.cellColumns.length > 0 ? offerCells(spec, rows, this.ordinals, limits) : []),
    ]);
  }

  refuseForged(): Query[] {
    if (!this.#claimsThisSite) return [];
    return [
      ...[...this.#offers.keys()].flatMap((spec) => guardForgedQueries(spec)),
      guardForgedWaiting(),
    ];
  }

  drain(): Query[] {
    const greatestTime = String(this.input.greatestTime);
    const source = this.#source;
    const follows = this.#limits === undefined && this.#hasForeignNames;
    const drains = this.#drained.flatMap((spec) => {
      const range = this.#apart.only?.get(spec.name);
      const options = { greatestTime, source, range, ...this.#limits?.drainOptions(spec) };
      return drainPendingStatements(withoutColumns(spec, this.input.unknownColumns), options);
    });
    return [
      ...(follows ? followFormerNames(TRUSTED) : []).map((sql) => statement(sql)),
      ...(this.#triesRejected ? tryChangedRows(this.#drained, source) : []),
      ...drains.map((sql) => statement(sql)),
    ];
  }

  /** Draining shows the cells of its tables itself. */
  show(): Query[] {
    return [...this.#offers.keys()]
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
    return [
      ...(this.input.onUnknown === 'error' ? [refuseIncomplete()] : []),
      ...(this.#limits?.check() ?? []),
    ];
  }

  report(): Query[] {
    return [
      ...this.#touched.flatMap((spec) => {
        // Rows that waited, and cells, are touched without being among the offers.
        const onlyOffers = this.#drained.length === 0 && spec.cellColumns.length === 0;
        const offers = this.#offers.get(spec) ?? [];
        return reportQueries(spec, onlyOffers ? offers : undefined, this.outcome);
      }),
      ...reportRejected(this.#apart, this.#source, this.outcome),
      countWaiting(this.#source, this.outcome, this.#apart.countedFrom),
    ];
  }

  end(): Query[] {
    return [statement(endApplySql(this.#touched))];
  }
}

/** What waits for these columns goes on waiting. */
function withoutColumns(spec: TableSpec, unknown: UnknownColumns | undefined): TableSpec {
  const names = unknown?.get(spec.name);
  if (names === undefined) return spec;
  return {
    ...spec,
    clockColumns: spec.clockColumns.filter(({ name }) => !names.has(name)),
    cellColumns: spec.cellColumns.filter(({ name }) => !names.has(name)),
  };
}
