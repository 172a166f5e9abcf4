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
import { type Dots, type EventOffer, inCausalOrder } from './event-offer.js';
import { isExplained } from './explained.js';
import type { OrdinalsOfBatch } from './ordinals.js';
import type { SitesOfParents } from './sites-of-parents.js';
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
  const written = new Set<number>();
  for (const offer of offers) for (const index of offer.columns) written.add(index);
  const indexes = all.flatMap((_, index) => (written.has(index) ? [index] : []));
  const columns = indexes.map((index) => all[index]!);
  const rows = new OrderedRows<EventOffer>(
    (value, from) => insertEventsStatement(spec, columns, value, from),
    (offer, to) => writeEvent(offer, indexes, input, to),
    input.limits,
  );
  return [
    ...rows.statements(offers),
    ...(offers.some(({ pruned }) => pruned.length > 0) ? [statement(expectPruned(spec))] : []),
    ...noteCommits(offers, input),
    ...mergeEventsStatements(spec).map((sql) => statement(sql)),
  ];
}

/** Writes an event's values in the order of {@link insertEventsStatement}. */
function writeEvent(
  offer: EventOffer,
  columns: readonly number[],
  input: EventsInput,
  to: RowWriter,
): void {
  const { change, rowVersion, others } = offer;
  for (const value of offer.key) to.value(value);
  const writer = input.ordinals.of(change);
  to.number(writer);
  to.number(change.col_version);
  to.number(change.seq);
  to.number(offer.time);
  to.number(change.cl);
  if (rowVersion === undefined) to.text(null);
  else to.number(rowVersion);
  to.text(dotsText(dotsOf(offer.parents, writer, input)));
  const pruned = dotsOf(offer.pruned, writer, input);
  to.text(pruned.length === 0 ? null : dotsText(pruned));
  to.text(others ?? null);
  for (const index of columns) {
    const place = offer.columns.indexOf(index);
    const version = offer.versions[place] ?? null;
    if (version === null) to.text(null);
    else to.number(version);
    to.value(offer.values[place] ?? null);
  }
}

/** Dots as the log has them. Those of sites that this database does not know are left out. */
function dotsOf(dots: Dots, writer: number, { ordinals, parents }: EventsInput): string[] {
  const texts: string[] = [];
  for (const [version, seq, site] of dots) {
    const ordinal = site === undefined ? writer : ordinals.ofSite(parents.of(site)!);
    if (ordinal !== undefined) texts.push(`${ordinal}:${version}:${seq}`);
  }
  return texts;
}

/** Who made the transactions, and why, as far as their writers gave that. */
function noteCommits(
  offers: readonly EventOffer[],
  { ordinals, parents }: EventsInput,
): Statement[] {
  const commits = new Map<string, Statement>();
  for (const { change, commit } of offers) {
    if (commit === undefined) continue;
    const writer = ordinals.of(change);
    const id = `${writer} ${change.col_version}`;
    if (commits.has(id)) continue;
    const args: SqlValue[] = [];
    const [version, site] = commit.reverts ?? [];
    const reverted = site === undefined ? writer : ordinals.ofSite(parents.of(site)!);
    const reverts =
      version === undefined || reverted === undefined ? null : `${reverted}:${version}`;
    const { author = null, message = null } = commit;
    const values = [author, message, reverts].map((value) => bindValue(value, args));
    const sql = statementText`
      INSERT INTO ${COMMIT_TABLE} (site, db_version, author, message, reverts)
      VALUES (
        ${list([writer, change.col_version, ...values])}
      )
      ON CONFLICT (site, db_version) DO NOTHING`;
    commits.set(id, statement(sql, args));
  }
  return [...commits.values()];
}
