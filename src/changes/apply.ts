import type { CrrSchema } from '../schema/read-schema.js';
import { affinityOf, requiredColumns, type TableSpec } from '../schema/table-spec.js';
import { beginApplySql, endApplySql } from '../sql/applying.js';
import { cellClock, clockKeys } from '../sql/clock-table.js';
import {
  clockTable,
  GUARD_TABLE,
  mergeGate,
  PENDING_TABLE,
  SITE_TABLE,
  STATE_TABLE,
} from '../sql/names.js';
import { offeredColumns } from '../sql/offer.js';
import { drainPendingStatements, pendingUpsert } from '../sql/pending.js';
import { quoteBlob, quoteName } from '../sql/quote.js';
import type { Change } from './change.js';
import { type EarlyChange, groupChanges, type RowOffer } from './group.js';
import { portable } from './read.js';
import type { SiteDirectory } from './sites.js';
import { bindValue, type Statement, statement } from './statement.js';
import type { SqlValue } from './value.js';

export interface ApplyPlanOptions {
  /** Keep changes that are early in the pending table, or refuse the batch. */
  readonly onUnknown: 'pending' | 'error';
  /** How many `?` one statement may have. */
  readonly maxParameters: number;
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

/** Rows in one statement: compiling the gate's triggers is paid once for all of them. */
const MAX_ROWS = 3_000;

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
  if (ordinals.claimsLocal) {
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
        // Not slice(): that of a Buffer is a view.
        this.added.push([ordinal, new Uint8Array(siteId)]);
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
      `${change.col_version}, ${change.cl}, ${origin(change, ordinals)}`,
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
  // In key order, base and clock table are filled page by page instead of all over.
  for (const row of inKeyOrder(rows)) {
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

/** By the first key column where that is text or a number; others gain less from an order. */
function inKeyOrder(rows: readonly RowOffer[]): readonly RowOffer[] {
  const type = typeof rows[0]?.key[0];
  if (type === 'object' || rows.some(({ key }) => typeof key[0] !== type)) return rows;
  return [...rows].sort((a, b) => (a.key[0]! < b.key[0]! ? -1 : 1));
}

/** Which columns of the gate a row needs. */
interface OfferShape {
  readonly id: string;
  /** The row can be offered as a whole: every cell, one version, one site, seqs in column order. */
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
    first.col_version > 0 &&
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
    ...clockKeys(spec),
    shape.whole ? 'cl, l, v0, s0, q0' : 'cl, l, v0',
    ...shape.columns.flatMap((i) => {
      const [value, version, from] = offeredColumns(spec.columns[i]!.name);
      return shape.whole ? [value] : [value, version, from];
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
  sql += shape.whole ? `${first!.col_version}, ${ordinals.of(first!)}, ${first!.seq}` : '-1';
  for (const i of shape.columns) {
    const cell = row.cells[i]!;
    sql += `, ${bindValue(cell.val, args)}`;
    if (!shape.whole) sql += `, ${cell.col_version}, ${origin(cell, ordinals)}`;
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

/** Where a change comes from, as the gate wants it. */
function origin(change: Change, ordinals: OrdinalsOfBatch): string {
  return `'${ordinals.of(change)}:${change.seq}'`;
}

/** Origin of a row's sentinel. A life after the first always has one: any of its cells proves it. */
function sentinelOf(row: RowOffer, ordinals: OrdinalsOfBatch): string {
  const witness = row.sentinel ?? (row.cl > 1 ? row.cells.find((cell) => cell) : undefined);
  return witness === undefined ? 'NULL' : origin(witness, ordinals);
}

/** A cell that this site is said to have written, and that is news to it, was never issued by it. */
function guardForged(spec: TableSpec): string {
  const stamp = `'@' || dbv || ':' || st.site || ':'`;
  // Version 0 is what others make of an old cell when its row was resurrected elsewhere.
  const cells = spec.columns.map(({ name }) => {
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

/** What the first column of a report row says; the row's key follows. */
export function readReport(code: number): { alive: boolean; crossed: boolean; cellsWon: number } {
  return { alive: (code & 1) === 1, crossed: (code & 2) === 2, cellsWon: code >> 2 };
}

/**
 * One row per base row that the apply touched. Its code has bit 0 for a living row, bit 1 where the
 * row appeared or went, and above them the number of cells won.
 */
function reportSql(spec: TableSpec): string {
  const won = spec.columns.map(({ name }) => {
    const x = cellClock(name);
    return `CASE WHEN ${x} IS NULL THEN v0 > 0 AND ifnull(d0, dbv) = dbv ELSE instr(${x}, '@' || dbv || ':') > 0 AND v0 + CAST(${x} AS INTEGER) > 0 END`;
  });
  const code = `cl % 2 + 2 * ((d0 IS NULL) = cl % 2) + 4 * (${won.join(' + ') || '0'})`;
  const keys = spec.key.map((key, i) => portable(clockKeys(spec)[i]!, affinityOf(key.sqlType)));
  return `SELECT ${code}, ${keys.join(', ')} FROM ${quoteName(clockTable(spec.name))} WHERE dbv = (SELECT db_version FROM ${STATE_TABLE})`;
}
