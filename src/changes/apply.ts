import type { CrrSchema } from '../schema/read-schema.js';
import { requiredColumns, type TableSpec } from '../schema/table-spec.js';
import { beginApplySql, endApplySql } from '../sql/applying.js';
import { cellColumns } from '../sql/clock-table.js';
import {
  cellValueOf,
  clockTable,
  GUARD_TABLE,
  keyOf,
  mergeGate,
  PENDING_TABLE,
  SITE_TABLE,
  STATE_TABLE,
} from '../sql/names.js';
import { drainPendingStatements, pendingUpsert } from '../sql/pending.js';
import { quoteBlob, quoteName } from '../sql/quote.js';
import type { Change } from './change.js';
import { type EarlyChange, groupChanges, type RowOffer } from './group.js';
import type { SiteDirectory } from './sites.js';
import { bindValue, type Statement, statement } from './statement.js';
import type { SqlValue } from './value.js';

export interface ApplyPlanOptions {
  /** Keep changes that are early in the pending table, or refuse the batch. */
  readonly onUnknown: 'pending' | 'error';
  /** How many `?` one statement may have. */
  readonly maxParameters: number;
  /** This site's own changes may come back to it, so none of them is taken for a forgery. */
  readonly ownReturn?: boolean | undefined;
}

/** The statements that merge a batch in one transaction, and where their results tell what happened. */
export interface ApplyPlan {
  readonly statements: readonly Statement[];
  /** Sites that are new to this database, with the ordinals that the statements give them. */
  readonly newSites: readonly (readonly [ordinal: number, siteId: Uint8Array])[];
  /** For each table, the index of the statement that reports its changed rows. */
  readonly reports: readonly { readonly spec: TableSpec; readonly index: number }[];
  /** Index of the statement that counts what waits now. */
  readonly pendingIndex: number;
  readonly cellCount: number;
  /** Changes of tables or columns that this schema does not have. */
  readonly early: readonly EarlyChange[];
}

/** Rows in one statement: more save little, and keep a server's memory busy longer. */
const MAX_ROWS = 500;

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
  const grouped = groupChanges(changes, schema);
  const ordinals = new OrdinalsOfBatch(grouped.siteIds, sites);
  const statements: Statement[] = [guardStaleSites(sites)];
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
    if (requiredColumns(spec).length > 0) {
      statements.push(...drainPendingStatements(spec).map((sql) => statement(sql)));
    }
  }
  const specs = [...grouped.tables.keys()];
  if (options.onUnknown === 'error') {
    statements.push(
      statement(
        `INSERT INTO ${GUARD_TABLE} (reason) SELECT 'incomplete' FROM ${PENDING_TABLE} WHERE dbv = (SELECT db_version FROM ${STATE_TABLE}) LIMIT 1`,
      ),
    );
  }
  if (ordinals.claimsLocal && !options.ownReturn) {
    statements.push(...specs.map((spec) => statement(guardForged(spec))));
  }
  const reports = specs.map((spec) => {
    statements.push(statement(reportSql(spec)));
    return { spec, index: statements.length - 1 };
  });
  const pendingIndex = statements.length;
  statements.push(
    statement(
      `SELECT count(*), sum(cid <> '-1') FROM ${PENDING_TABLE} WHERE dbv = (SELECT db_version FROM ${STATE_TABLE})`,
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

/** Ordinals for the sites of one batch; a site that the directory lacks gets the next free one. */
class OrdinalsOfBatch {
  readonly added: (readonly [number, Uint8Array])[] = [];
  readonly claimsLocal: boolean;
  /** By object, not by content: the sites of a batch are few objects, looked up for every cell. */
  readonly #byReference = new Map<Uint8Array, number>();

  constructor(siteIds: Iterable<Uint8Array>, sites: SiteDirectory) {
    const fresh = new Map<string, number>();
    for (const siteId of siteIds) {
      const id = siteId.join();
      let ordinal = sites.ordinalOf(siteId) ?? fresh.get(id);
      if (ordinal === undefined) {
        ordinal = sites.greatest + 1 + fresh.size;
        fresh.set(id, ordinal);
        this.added.push([ordinal, siteId.slice()]);
      }
      this.#byReference.set(siteId, ordinal);
    }
    this.claimsLocal = [...this.#byReference.values()].includes(sites.local);
  }

  of(change: Change): number {
    return this.#byReference.get(change.site_id)!;
  }
}

/**
 * Ordinals are written into the statements, so they must be those of the database: another process
 * may have added a site meanwhile, or put another file in its place.
 */
function guardStaleSites(sites: SiteDirectory): Statement {
  return statement(
    `INSERT INTO ${GUARD_TABLE} (reason) SELECT 'stale' WHERE NOT EXISTS (SELECT 1 FROM ${STATE_TABLE} JOIN ${SITE_TABLE} ON ordinal = site WHERE site = ${sites.local} AND site_id = ${quoteBlob(sites.localId)} AND (SELECT max(ordinal) FROM ${SITE_TABLE}) = ${sites.greatest})`,
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
      `${change.col_version}, ${change.cl}, ${ordinals.of(change)}, ${change.seq}`,
      `(SELECT db_version FROM ${STATE_TABLE})`,
      ...key.map((value) => bindValue(value, args)),
    ];
    rows.add(values.join(', '), args);
  }
  return [...byKeyColumns.values()].flatMap((rows) => rows.finish());
}

/** Multi-row INSERTs into a table's gate; rows that mention the same columns share statements. */
function offerRows(
  spec: TableSpec,
  rows: readonly RowOffer[],
  ordinals: OrdinalsOfBatch,
  maxParameters: number,
): Statement[] {
  const groups = new Map<string, MultiRowStatements>();
  for (const row of rows) {
    const shape = shapeOf(spec, row, ordinals);
    let group = groups.get(shape.id);
    if (group === undefined) {
      const head = `INSERT INTO ${quoteName(mergeGate(spec.name))} (${gateColumns(spec, shape)}) `;
      group = new MultiRowStatements((values) => head + values, maxParameters);
      groups.set(shape.id, group);
    }
    const args: SqlValue[] = [];
    group.add(offerSql(row, shape, ordinals, args), args);
  }
  return [...groups.values()].flatMap((group) => group.finish());
}

/** Which columns of the gate a row needs. */
interface OfferShape {
  readonly id: string;
  /** The row can be told as a whole: every cell, one version, one site, seqs in column order. */
  readonly whole: boolean;
  /** Indexes of the columns mentioned. */
  readonly columns: readonly number[];
  /** An incomplete row takes its packed key along, in case it has to wait. */
  readonly withPk: boolean;
}

function shapeOf(spec: TableSpec, row: RowOffer, ordinals: OrdinalsOfBatch): OfferShape {
  const { cells } = row;
  const first = cells[0];
  const whole =
    first !== undefined &&
    spec.columns.every((_, i) => {
      const cell = cells[i];
      return (
        cell !== undefined &&
        cell.col_version === first.col_version &&
        cell.seq === first.seq + i &&
        (cell.site_id === first.site_id || ordinals.of(cell) === ordinals.of(first))
      );
    });
  if (whole) {
    return { id: 'whole', whole, columns: spec.columns.map((_, i) => i), withPk: false };
  }
  const columns = spec.columns.flatMap((_, i) => (cells[i] === undefined ? [] : [i]));
  const withPk = spec.columns.some(
    ({ notNull, default: value }, i) => notNull && value === undefined && cells[i] === undefined,
  );
  return { id: columns.join(), whole, columns, withPk };
}

function gateColumns(spec: TableSpec, shape: OfferShape): string {
  return [
    ...spec.key.map(({ name }) => quoteName(keyOf(name))),
    'cl, ss, qs, v0, s0, q0',
    ...shape.columns.flatMap((i) => {
      const { name } = spec.columns[i]!;
      const [v, , s, q] = cellColumns(name);
      return [quoteName(cellValueOf(name)), ...(shape.whole ? [] : [v, s, q])];
    }),
    ...(shape.withPk ? ['pk'] : []),
  ].join(', ');
}

function offerSql(
  row: RowOffer,
  shape: OfferShape,
  ordinals: OrdinalsOfBatch,
  args: SqlValue[],
): string {
  let sql = '';
  for (const value of row.key) sql += `${bindValue(value, args)}, `;
  sql += `${row.cl}, ${sentinelOf(row, ordinals)}, `;
  const first = row.cells[0];
  sql += shape.whole
    ? `${first!.col_version}, ${ordinals.of(first!)}, ${first!.seq}`
    : '-1, NULL, NULL';
  for (const i of shape.columns) {
    const cell = row.cells[i]!;
    sql += `, ${bindValue(cell.val, args)}`;
    if (!shape.whole) sql += `, ${cell.col_version}, ${ordinals.of(cell)}, ${cell.seq}`;
  }
  return shape.withPk ? `${sql}, ${bindValue(row.pk, args)}` : sql;
}

/** Makes statements that read `INSERT ... VALUES (...), (...)`, each within the limits. */
class MultiRowStatements {
  readonly #done: Statement[] = [];
  #rows: string[] = [];
  #args: SqlValue[] = [];

  constructor(
    readonly sql: (values: string) => string,
    readonly maxParameters: number,
  ) {}

  add(row: string, args: readonly SqlValue[]): void {
    if (this.#rows.length === MAX_ROWS || this.#args.length + args.length > this.maxParameters) {
      this.#flush();
    }
    this.#rows.push(`(${row})`);
    for (const arg of args) this.#args.push(arg);
  }

  finish(): Statement[] {
    this.#flush();
    return this.#done;
  }

  #flush(): void {
    if (this.#rows.length === 0) return;
    this.#done.push(statement(this.sql(`VALUES ${this.#rows.join(',\n')}`), this.#args));
    this.#rows = [];
    this.#args = [];
  }
}

/** Site and seq of a row's sentinel. A life after the first always has one: any of its cells proves it. */
function sentinelOf(row: RowOffer, ordinals: OrdinalsOfBatch): string {
  const witness = row.sentinel ?? (row.cl > 1 ? row.cells.find((cell) => cell) : undefined);
  return witness === undefined ? 'NULL, NULL' : `${ordinals.of(witness)}, ${witness.seq}`;
}

/** A cell that this site is said to have written, and that is news to it, was never issued by it. */
function guardForged(spec: TableSpec): string {
  const cells = spec.columns.map(({ name }) => {
    const [v, d, s] = cellColumns(name);
    // Version 0 is what others make of an old cell when its row was resurrected elsewhere.
    return `ifnull(${d}, d0) = dbv AND ifnull(${s}, s0) = st.site AND ifnull(${v}, v0) > 0`;
  });
  const forged = ['dl = dbv AND sl = st.site', ...cells].join(' OR ');
  return `INSERT INTO ${GUARD_TABLE} (reason) SELECT 'forged' FROM ${STATE_TABLE} AS st JOIN ${quoteName(clockTable(spec.name))} ON dbv = st.db_version WHERE ${forged} LIMIT 1`;
}

/** One row per base row that the apply touched: key, cl, whether it appeared or went, cells won. */
function reportSql(spec: TableSpec): string {
  const won = spec.columns.map(({ name }) => {
    const [v, d] = cellColumns(name);
    return `(ifnull(${d}, d0) = dbv AND ifnull(${v}, v0) > 0)`;
  });
  const keys = spec.key.map(({ name }) => quoteName(keyOf(name)));
  return `SELECT cl % 2, ifnull(d0 = dbv, 0), ${won.join(' + ') || '0'}, ${keys.join(', ')} FROM ${quoteName(clockTable(spec.name))} WHERE dbv = (SELECT db_version FROM ${STATE_TABLE})`;
}
