import { isMarkOnWire } from '../columns/versions.js';
import type { TableSpec } from '../model/table-spec.js';
import { SITE_TABLE } from '../sql/names.js';
import { quoteBlob } from '../sql/quote.js';
import { type Query, statement } from '../sql/statement.js';
import { beginApply, endApply } from '../tables/apply/run.js';
import { showCellsStatements } from '../tables/cells/show.js';
import { noteResetCells } from '../tables/clock/reset.js';
import { followFormerNames } from '../tables/former/follow.js';
import { TRUSTED } from '../tables/pending/table.js';
import { noteSites } from '../tables/usage/table.js';
import { type Apart, rejectRows, reportRejected, tryChangedRows, tryHeld } from './apart.js';
import { checkSitesQuery } from './check-sites.js';
import { Drain } from './drain.js';
import { drainedTables } from './drained.js';
import { guardForgedQueries, guardForgedWaiting } from './forged.js';
import { type EarlyChange, type GroupedChanges, groupChanges } from './group.js';
import { holdQueries } from './hold.js';
import type { ApplyInput } from './input.js';
import { LimitedBatch, splitDeletes } from './limited.js';
import { offerCells } from './offer-cells.js';
import { logEvents } from './offer-events.js';
import { offerRows } from './offer-rows.js';
import { OrdinalsOfBatch } from './ordinals.js';
import { MergeOutcome } from './outcome.js';
import type { Phase } from './phase.js';
import { reportQueries } from './report.js';
import { Settling } from './settle.js';
import type { RowOffer } from './table-group.js';
import { countWaiting, refuseIncomplete } from './waiting.js';

/** How to merge a batch in one transaction. The outcome is complete when all queries have been read. */
export interface ApplyPlan {
  readonly phases: readonly Phase[];
  readonly outcome: MergeOutcome;
  readonly cellCount: number;
  /** Sites that are new to this database, with the ordinals that the statements give them. */
  readonly newSites: readonly (readonly [ordinal: number, siteId: Uint8Array])[];
  /** Changes of tables or columns that this schema does not have, or that are ahead of their time. */
  readonly early: readonly EarlyChange[];
  /** Whether everything that waits from the source, and could be applied, was tried. */
  readonly drains: boolean;
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
      { name: 'evict', queries: input.evict ?? [] },
      { name: 'settle', queries: batch.settle() },
      { name: 'note', queries: batch.note() },
      { name: 'refuse', queries: batch.refuse() },
      { name: 'report', queries: batch.report() },
      { name: 'log', queries: batch.log() },
      { name: 'end', queries: batch.end() },
    ],
    outcome: batch.outcome,
    cellCount: grouped.cellCount,
    newSites: batch.ordinals.added,
    early: grouped.early,
    drains: batch.drainsAll,
  };
}

class Batch {
  readonly outcome = new MergeOutcome();
  readonly ordinals: OrdinalsOfBatch;
  readonly #limits: LimitedBatch | undefined;
  readonly #settling: Settling;
  /** Changes that wait, without those that need not. */
  readonly #held: readonly EarlyChange[];
  /** The rows that are offered. */
  readonly #offers: ReadonlyMap<TableSpec, readonly RowOffer[]>;
  /** Changes under names that this schema lacks may come from a site that has not migrated yet. */
  readonly #hasForeignNames: boolean;
  /** Tables whose pending changes are applied. A drain compiles a whole gate, so it runs only if it is needed. */
  readonly #drained: readonly TableSpec[];
  readonly #drain: Drain;
  /** Tables that the batch may touch. */
  readonly #touched: readonly TableSpec[];

  constructor(
    readonly input: ApplyInput,
    readonly grouped: GroupedChanges,
  ) {
    const { limited, sites } = input;
    this.#settling = new Settling(input.schema, input.settles, input.limits, this.#apart);
    // A source with limits cannot make this database remember sites by naming them as writers of parents.
    const parents = limited === undefined ? grouped.parents.all : [];
    this.ordinals = new OrdinalsOfBatch(grouped.siteIds, sites, parents);
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
    this.#drain = new Drain({
      source: this.#source,
      drained: this.#drained,
      offers: this.#offers,
      held: this.#held,
      // What waits under former names is only found among everything.
      before: this.#hasForeignNames || this.#apart.only !== undefined ? undefined : input.before,
      apart: this.#apart,
      greatestTime: input.greatestTime,
      unknownColumns: input.unknownColumns,
    });
    this.#touched = [
      ...new Set([...this.#offers.keys(), ...grouped.events.keys(), ...this.#drained]),
    ];
    this.#limits =
      limited &&
      new LimitedBatch({
        ...limited,
        offers: this.#offers,
        drained: this.#drained,
        onlyTried: this.#drain.isPartial,
        followsNames:
          this.#hasForeignNames || (limited.waiting.length > 0 && !this.#drain.isPartial),
        limits: input.limits,
      });
  }

  /** Whether what waits was tried, as far as it may have become possible. */
  get drainsAll(): boolean {
    return this.#drained.length > 0 && this.#apart.only === undefined;
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
    const { limited } = this.input;
    return [
      statement(`INSERT INTO ${SITE_TABLE} (ordinal, site_id) VALUES ${rows.join(', ')}`),
      ...(limited ? [noteSites(limited.source.id, added.length)] : []),
    ];
  }

  begin(): Query[] {
    const begin = beginApply(this.#source).map((sql) => statement(sql));
    return [...this.#settling.begin(this.#touched), ...begin];
  }

  hold(): Query[] {
    return [
      ...holdQueries(this.#held, this.#source, this.ordinals, this.input.limits),
      ...tryHeld(this.#apart, this.#source),
      ...rejectRows(this.#apart, this.#source),
      ...this.#settling.takeOut(),
      ...this.#drain.mark(),
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
    const follows = this.#limits === undefined && this.#hasForeignNames;
    return [
      ...(follows ? followFormerNames(TRUSTED) : []).map((sql) => statement(sql)),
      ...(this.#triesRejected ? tryChangedRows(this.#drained, this.#source) : []),
      ...this.#drain.markIncomplete(),
      ...(this.#limits?.checkOffered() ?? []),
      ...this.#drain.run((spec) => this.#limits?.drainOptions(spec) ?? {}),
    ];
  }

  /** Draining shows the cells of its tables itself. */
  show(): Query[] {
    return [...this.#offers.keys()]
      .filter((spec) => !this.#drained.includes(spec))
      .flatMap((spec) => showCellsStatements(spec))
      .map((sql) => statement(sql));
  }

  settle(): Query[] {
    return this.#settling.settle();
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
      ...this.#settling.report(this.outcome),
      ...reportRejected(this.#apart, this.#source, this.outcome),
      countWaiting(this.#source, this.outcome, this.#apart.countedFrom),
    ];
  }

  /** After the report: what an event changes is its log. */
  log(): Query[] {
    const { events, parents } = this.grouped;
    const { ownReturn: takesOwn = false, limits, takesOver } = this.input;
    const input = { ordinals: this.ordinals, parents, limits, takesOwn, takesOver };
    return this.#touched
      .filter(({ history }) => history)
      .flatMap((spec) => {
        const [isDrained, rows] = [this.#drained.includes(spec), this.#offers.get(spec) ?? []];
        return logEvents({ spec, events: events.get(spec) ?? [], rows, isDrained }, input);
      });
  }

  end(): Query[] {
    return [statement(endApply(this.#touched)), ...this.#settling.end()];
  }
}
