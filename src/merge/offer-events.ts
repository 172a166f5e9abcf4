import type { LogEvent } from '../model/log-event.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { list, statementText } from '../sql/layout.js';
import type { StatementLimits } from '../sql/multi-row.js';
import { COMMIT_TABLE } from '../sql/names.js';
import { OrderedRows } from '../sql/ordered-rows.js';
import type { RowWriter } from '../sql/source-rows.js';
import { bindValue, type Query, type Statement, statement } from '../sql/statement.js';
import { importStatements } from '../tables/log/assumed.js';
import { refuseEarlyCells } from '../tables/log/early-cells.js';
import { insertEventsStatement, mergeEventsStatements } from '../tables/log/merge.js';
import { expectPruned } from '../tables/log/offered-again.js';
import { noteStanding } from '../tables/log/standing.js';
import { dotsText } from '../tables/log/table.js';
import { endTakeOver, findHeads, isChanged, takeOver } from '../tables/log/take-over.js';
import { type EventOffer, inCausalOrder, type SitesOfParents } from './event-offer.js';
import { isExplained } from './explained.js';
import type { OrdinalsOfBatch } from './ordinals.js';
import type { RowEvents, RowOffer } from './table-group.js';

/** What the events of a batch are taken into the log with. */
export interface EventsInput {
  readonly ordinals: OrdinalsOfBatch;
  readonly parents: SitesOfParents;
  readonly limits: StatementLimits;
  /** Whether events of this site may come back to it. */
  readonly takesOwn: boolean;
  /** Whether events take over what nobody's events have noted before; else the batch fails if they should. */
  readonly takesOver: boolean;
}

/** What a batch contains about a table with history. */
export interface LoggedTable {
  readonly spec: TableSpec;
  readonly events: readonly RowEvents[];
  /** The rows that were offered. */
  readonly rows: readonly RowOffer[];
  /** Rows that waited may have been merged, too. */
  readonly isDrained: boolean;
}

/** Takes the events of a batch into the log of their table, and notes what was merged without an event. */
export function logEvents(
  { spec, events, rows, isDrained }: LoggedTable,
  input: EventsInput,
): Query[] {
  const { ordinals, takesOwn } = input;
  const offers = events.flatMap((row) => inCausalOrder(row.offers));
  const taken = takesOwn ? offers : offers.filter(({ change }) => !ordinals.isLocal(change));
  const isComplete =
    !isDrained && taken.length === offers.length && rows.every((row) => isExplained(spec, row));
  if (isComplete && taken.length === 0) return [];
  const { takesOver } = input;
  const after = [
    ...(takesOver && taken.length > 0 ? takeOver(spec) : []),
    ...(isComplete ? [] : importStatements(spec)),
    ...(takesOver ? findHeads(spec) : []),
    ...noteStanding(spec, takesOver ? isChanged(spec, 'last') : undefined),
    takesOver ? endTakeOver(spec) : refuseEarlyCells(spec),
  ];
  return [
    ...(taken.length === 0 ? [] : takeEvents(spec, taken, input)),
    ...after.map((sql) => statement(sql)),
  ];
}

function takeEvents(spec: TableSpec, offers: readonly EventOffer[], input: EventsInput): Query[] {
  const all = replicatedColumns(spec);
  const written = new Set(offers.flatMap(({ cells }) => [...cells.keys()]));
  const indexes = all.flatMap((_, index) => (written.has(index) ? [index] : []));
  const columns = indexes.map((index) => all[index]!);
  const rows = new OrderedRows<EventOffer>(
    (value, from) => insertEventsStatement(spec, columns, value, from),
    (offer, to) => writeEvent(offer, indexes, input, to),
    input.limits,
  );
  return [
    ...rows.statements(offers),
    ...(offers.some(({ event }) => event.b !== undefined) ? [statement(expectPruned(spec))] : []),
    ...noteCommits(offers, input),
    ...mergeEventsStatements(spec).map((sql) => statement(sql)),
  ];
}

/** Writes an event's values in the order of {@link insertEventsStatement}. */
function writeEvent(
  { key, change, event, cells, others }: EventOffer,
  columns: readonly number[],
  { ordinals, parents }: EventsInput,
  to: RowWriter,
): void {
  for (const value of key) to.value(value);
  const writer = ordinals.of(change);
  to.number(writer);
  to.number(change.col_version);
  to.number(change.seq);
  to.number(event.t);
  to.number(change.cl);
  to.value(event.r === undefined ? null : BigInt(event.r));
  const dotsOf = (dots: NonNullable<LogEvent['p']>) =>
    dots.flatMap(([version, seq, site]) => {
      const ordinal = site === undefined ? writer : ordinals.ofSite(parents.of(site)!);
      return ordinal === undefined ? [] : [`${ordinal}:${version}:${seq}`];
    });
  to.text(dotsText(dotsOf(event.p ?? [])));
  const pruned = dotsOf(event.b ?? []);
  to.text(pruned.length === 0 ? null : dotsText(pruned));
  to.text(others ?? null);
  for (const index of columns) {
    const cell = cells.get(index);
    to.value(cell?.version === undefined ? null : BigInt(cell.version));
    to.value(cell?.value ?? null);
  }
}

/** Who made the transactions, and why, as far as their writers gave that. */
function noteCommits(
  offers: readonly EventOffer[],
  { ordinals, parents }: EventsInput,
): Statement[] {
  const commits = new Map<string, EventOffer>();
  for (const offer of offers) {
    const { event, change } = offer;
    if (event.a === undefined && event.m === undefined && event.u === undefined) continue;
    commits.set(`${ordinals.of(change)} ${change.col_version}`, offer);
  }
  return [...commits.values()].map(({ change, event }) => {
    const args: SqlValue[] = [];
    const [version, site] = event.u ?? [];
    const reverted = site === undefined ? ordinals.of(change) : ordinals.ofSite(parents.of(site)!);
    const reverts =
      version === undefined || reverted === undefined ? null : `${reverted}:${version}`;
    const values = [event.a ?? null, event.m ?? null, reverts].map((v) => bindValue(v, args));
    return statement(
      statementText`
        INSERT INTO ${COMMIT_TABLE} (site, db_version, author, message, reverts)
        VALUES (
          ${list([ordinals.of(change), change.col_version, ...values])}
        )
        ON CONFLICT (site, db_version) DO NOTHING`,
      args,
    );
  });
}
