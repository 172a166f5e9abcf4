import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import type { SiteDirectory } from '../model/site.js';
import { isTimed, requiredColumns, type TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { MultiRowStatements } from '../sql/multi-row.js';
import { clockTable, GUARD_TABLE, PENDING_TABLE, SITE_TABLE, STATE_TABLE } from '../sql/names.js';
import { quoteBlob, quoteName, quoteText } from '../sql/quote.js';
import { bindValue, type Statement, statement } from '../sql/statement.js';
import { beginApplySql, endApplySql } from '../tables/applying.js';
import { settleCellsStatements } from '../tables/cells/site-cells.js';
import { cellClock } from '../tables/clock/clock-table.js';
import { followFormerNamesStatements } from '../tables/former/former-names.js';
import { drainPendingStatements, pendingUpsert } from '../tables/pending/pending.js';
import { type EarlyChange, groupChanges } from './group.js';
import { guardForgedCells, offerCells } from './offer-cells.js';
import { offerRows } from './offer-rows.js';
import { OrdinalsOfBatch } from './ordinals.js';
import { reportStatements, type TableReport } from './report.js';

export interface ApplyPlanOptions {
  /** Keep changes that are early in the pending table, or refuse the batch. */
  readonly onUnknown: 'pending' | 'error';
  /** How many `?` one statement may have. */
  readonly maxParameters: number;
  /** The greatest version that columns merged by time take now. */
  readonly greatestTime: number;
  /** Something may wait already: let in what can be, in every table where rows can be incomplete. */
  readonly drain: boolean;
  /** This site's own changes may come back to it, so none of them is taken for a forgery. */
  readonly ownReturn?: boolean | undefined;
}

/** The statements that merge a batch in one transaction, and where their results tell what happened. */
export interface ApplyPlan {
  readonly statements: readonly Statement[];
  /** Sites that are new to this database, with the ordinals that the statements give them. */
  readonly newSites: readonly (readonly [ordinal: number, siteId: Uint8Array])[];
  /** For each table what was offered, and the index of the first statement that reports on it. */
  readonly reports: readonly TableReport[];
  /** Index of the statement that counts what waits now: in all, of this batch, and its cells. */
  readonly pendingIndex: number;
  readonly cellCount: number;
  /** Changes of tables or columns that this schema does not have, or that are ahead of their time. */
  readonly early: readonly EarlyChange[];
}

/**
 * Turns a batch of changes into the statements that merge it: a few multi-row INSERTs into the
 * gates, with the bookkeeping around them. Nothing is read from the database here.
 *
 * @throws {CrrChangeError} where a change is refused.
 */
export function planApply(
  changes: readonly Change[],
  schema: CrrSchema,
  sites: SiteDirectory,
  options: ApplyPlanOptions,
): ApplyPlan {
  const grouped = groupChanges(changes, schema, options.greatestTime);
  const ordinals = new OrdinalsOfBatch(grouped.siteIds, sites);
  const statements: Statement[] = [guardStaleSites(sites, ordinals.added.length > 0)];
  if (ordinals.added.length > 0) {
    const rows = ordinals.added.map(([ordinal, id]) => `(${ordinal}, ${quoteBlob(id)})`);
    statements.push(
      statement(`INSERT INTO ${SITE_TABLE} (ordinal, site_id) VALUES ${rows.join(', ')}`),
    );
  }
  statements.push(statement(beginApplySql(grouped.greatestDbVersion)));
  statements.push(...keepEarly(grouped.early, ordinals, options.maxParameters));
  for (const [spec, rows] of grouped.tables) {
    statements.push(...offerRows(spec, rows, ordinals, options.maxParameters));
    if (spec.cellColumns.length > 0) {
      statements.push(...offerCells(spec, rows, ordinals, options.maxParameters));
    }
  }
  const renamed = grouped.early.some(({ held }) => !held);
  if (renamed) {
    // A change for a name that this schema lacks may come from a site that has not migrated yet.
    statements.push(...followFormerNamesStatements().map((sql) => statement(sql)));
  }
  // A drain compiles a whole gate, so it is not run where nothing waits. What was ahead of its time
  // may be due at any moment.
  const drained = allTables(schema).filter(
    (spec) => renamed || isTimedTable(spec) || (options.drain && requiredColumns(spec).length > 0),
  );
  const settled = [...grouped.tables.keys()].filter((spec) => !drained.includes(spec));
  const greatestTime = String(options.greatestTime);
  statements.push(
    ...[
      ...settled.flatMap(settleCellsStatements),
      ...drained.flatMap((spec) => drainPendingStatements(spec, greatestTime)),
    ].map((sql) => statement(sql)),
  );
  const specs = [...new Set([...grouped.tables.keys(), ...drained])];
  if (options.onUnknown === 'error') {
    statements.push(
      statement(
        `INSERT INTO ${GUARD_TABLE} (reason) SELECT 'incomplete' FROM ${PENDING_TABLE} WHERE dbv = (SELECT db_version FROM ${STATE_TABLE}) LIMIT 1`,
      ),
    );
  }
  if (ordinals.claimsLocal && !options.ownReturn) {
    statements.push(...specs.map((spec) => statement(guardForged(spec))));
    const withCells = specs.filter((spec) => spec.cellColumns.length > 0);
    statements.push(...withCells.map((spec) => statement(guardForgedCells(spec))));
  }
  const reports = specs.map((spec) => {
    const offers = grouped.tables.get(spec) ?? [];
    const index = statements.length;
    // What waited tells its own rows, so the offers do not tell all; nor do they of site columns.
    const offersTell = drained.length === 0 && spec.cellColumns.length === 0;
    statements.push(...reportStatements(spec, offersTell ? offers.length : undefined));
    return { spec, offers, index };
  });
  const pendingIndex = statements.length;
  statements.push(
    statement(
      `SELECT count(*), ifnull(sum(dbv = db_version), 0), ifnull(sum(dbv = db_version AND cid <> '-1'), 0) FROM ${PENDING_TABLE}, ${STATE_TABLE}`,
    ),
    statement(endApplySql(specs)),
  );
  return {
    statements,
    newSites: ordinals.added,
    reports,
    pendingIndex,
    cellCount: grouped.cellCount,
    early: grouped.early,
  };
}

const isTimedTable = (spec: TableSpec) => spec.clockColumns.some(isTimed);

function allTables(schema: CrrSchema): TableSpec[] {
  return [...schema.tables.values()];
}

/**
 * Ordinals are written into the statements, so they must be those of the database: another process
 * may have added a site meanwhile, or put another file in its place. Sites that others added are no
 * matter where this batch adds none.
 */
function guardStaleSites(sites: SiteDirectory, addsSites: boolean): Statement {
  return statement(
    `INSERT INTO ${GUARD_TABLE} (reason) SELECT 'stale' WHERE NOT EXISTS (SELECT 1 FROM ${STATE_TABLE} JOIN ${SITE_TABLE} ON ordinal = site WHERE site = ${sites.local} AND site_id = ${quoteBlob(sites.localId)} AND (SELECT max(ordinal) FROM ${SITE_TABLE}) ${addsSites ? '=' : '>='} ${sites.greatest})`,
  );
}

function keepEarly(
  early: readonly EarlyChange[],
  ordinals: OrdinalsOfBatch,
  maxParameters: number,
): Statement[] {
  const byKeyColumns = new Map<number, MultiRowStatements>();
  for (const { change, key } of early) {
    let rows = byKeyColumns.get(key.length);
    if (rows === undefined) {
      rows = new MultiRowStatements((values) => pendingUpsert(key.length, values), maxParameters);
      byKeyColumns.set(key.length, rows);
    }
    const args: SqlValue[] = [];
    const values = [
      bindValue(change.table, args),
      bindValue(change.pk, args),
      bindValue(change.cid, args),
      bindValue(change.val, args),
      `${change.col_version}, ${change.cl}, ${quoteText(ordinals.origin(change))}, ${ordinals.of(change)}`,
      `(SELECT db_version FROM ${STATE_TABLE})`,
      ...key.map((value) => bindValue(value, args)),
    ];
    rows.add(values.join(', '), args);
  }
  return [...byKeyColumns.values()].flatMap((rows) => rows.finish());
}

/** A cell that this site is said to have written, and that is news to it, was never issued by it. */
function guardForged(spec: TableSpec): string {
  const stamp = `'@' || dbv || ':' || st.site || ':'`;
  // Version 0 is what others make of an old cell when its row was resurrected elsewhere.
  const cells = spec.clockColumns.map(({ name }) => {
    const x = cellClock(name);
    return `(instr(${x}, ${stamp}) > 0 AND v0 + CAST(${x} AS INTEGER) > 0)`;
  });
  const forged = [
    `instr(l, ${stamp}) > 0`,
    'v0 > 0 AND s0 = st.site AND ifnull(d0, dbv) = dbv',
    ...cells,
  ].join(' OR ');
  return `INSERT INTO ${GUARD_TABLE} (reason) SELECT 'forged' FROM ${STATE_TABLE} AS st JOIN ${quoteName(clockTable(spec.name))} ON dbv = st.db_version WHERE ${forged} LIMIT 1`;
}
