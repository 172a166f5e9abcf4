import { type Affinity, affinityOf } from '../model/declared-type.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { DriverRow } from '../sql/driver-value.js';
import { block, type Layout, lines, list, statementText } from '../sql/layout.js';
import { STATE_TABLE } from '../sql/names.js';
import { type Query, queryRow } from '../sql/statement.js';
import { cellsWonSql, inexactRowsStatement } from '../tables/cells/read.js';
import { keyValues, readKey } from '../tables/clock/read-key.js';
import { cellClock, clock } from '../tables/clock/table.js';
import type { MergeOutcome } from './outcome.js';
import type { RowOffer } from './table-group.js';

/*
 * The report on a table: an apply touched every clock row that has its db_version. Reading
 * them all back costs as much as a third of a merge, so the counts come first, and the rows only
 * if the counts leave open what happened to each row offered.
 */

const IS_INSERTED = 'causal_length % 2 = 1 AND row_db_version IS NULL';
/** row_version and row_db_version are set together when a row is taken as a whole over an older one. */
const IS_RENEWED = 'causal_length % 2 = 1 AND row_version > 0 AND row_db_version = db_version';

/**
 * The statements that report on a table, inside the transaction that applied `offers`.
 *
 * @param offers undefined if other rows may have been touched as well.
 */
export function reportQueries(
  spec: TableSpec,
  offers: readonly RowOffer[] | undefined,
  outcome: MergeOutcome,
): Query[] {
  const report = new TableReport(spec, offers, outcome);
  return [report.countTouched(), report.listTouched(), ...report.listInexact()];
}

class TableReport {
  /** Undefined if the rows are to be read back. */
  readonly offers: readonly RowOffer[] | undefined;
  #touched = 0;
  #inserted = 0;

  constructor(
    readonly spec: TableSpec,
    offers: readonly RowOffer[] | undefined,
    readonly outcome: MergeOutcome,
  ) {
    const affinities = spec.key.map(({ sqlType }) => affinityOf(sqlType));
    const isAsStored = ({ key }: RowOffer) =>
      key.every((value, i) => isStoredAs(value, affinities[i]!));
    this.offers = offers?.every(isAsStored) ? offers : undefined;
  }

  countTouched(): Query {
    const sql = statementText`
      SELECT count(*), sum(${IS_INSERTED})
      ${this.#fromTouched()}`;
    return queryRow(sql, ({ 0: touched, 1: inserted }) => {
      this.#touched = Number(touched);
      this.#inserted = Number(inserted);
    });
  }

  /** Lists nothing if every row offered was touched, and all alike: then the offers are the report. */
  listTouched(): Query {
    const sql = statementText`
      SELECT
        ${list([codeSql(this.spec), ...keyValues(this.spec)])}
      ${this.#fromTouched()}
        AND NOT ${this.#areAlike()}`;
    const read = (rows: readonly DriverRow[]) => {
      if (rows.length === 0 && this.#touched > 0) this.#readOffers();
      for (const row of rows) this.#readRow(row);
    };
    return { sql, args: [], read };
  }

  listInexact(): Query[] {
    const { spec, outcome } = this;
    return spec.cellColumns.flatMap((column) => {
      const sql = inexactRowsStatement(spec, column, keyValues(spec));
      if (sql === undefined) return [];
      const read = (rows: readonly DriverRow[]) => {
        for (const row of rows)
          outcome.saturated.push({ spec, key: readKey(spec, row, 0), column });
      };
      return [{ sql, args: [], read }];
    });
  }

  #fromTouched(): Layout {
    return block`
      FROM ${clock(this.spec)} AS clock
      WHERE db_version = (SELECT db_version FROM ${STATE_TABLE})`;
  }

  #areAlike(): Layout {
    if (this.offers === undefined) return block`0`;
    const count = this.offers.length;
    return block`
      (
        SELECT count(*) = ${count} AND ${count} IN (sum(${IS_INSERTED}), sum(${IS_RENEWED}))
        ${this.#fromTouched()}
      )`;
  }

  #readOffers(): void {
    const { spec, outcome } = this;
    const fate = this.#inserted === this.#touched ? outcome.inserted : outcome.updated;
    for (const { key, cells } of this.offers ?? []) {
      fate.push({ spec, key });
      for (const cell of cells) if (cell !== undefined && cell.col_version > 0) outcome.cellsWon++;
    }
  }

  #readRow(row: DriverRow): void {
    const { spec, outcome } = this;
    const { isAlive, hasCrossed, cellsWon } = parseCode(Number(row[0]));
    outcome.cellsWon += cellsWon;
    if (!isAlive && !hasCrossed) return; // A delete of a row that was never here.
    const fate = !isAlive ? outcome.deleted : hasCrossed ? outcome.inserted : outcome.updated;
    fate.push({ spec, key: readKey(spec, row, 1) });
  }
}

/** The effect on a row, as a number. Bit 0: alive; bit 1: it appeared or was deleted; above: cells won. */
function codeSql(spec: TableSpec): Layout {
  const won = spec.clockColumns.map(({ name }) => {
    const x = cellClock(name);
    return block`
      + CASE
        WHEN ${x} IS NULL THEN row_version > 0 AND ifnull(row_db_version, db_version) = db_version
        ELSE instr(${x}, '@' || db_version || ':') > 0 AND row_version + CAST(${x} AS INTEGER) > 0
      END`;
  });
  if (spec.cellColumns.length > 0) won.push(block`+ ${cellsWonSql(spec, 'clock')}`);
  return block`
    causal_length % 2 + 2 * ((row_db_version IS NULL) = causal_length % 2) + 4 * (
      0
      ${lines(won)}
    )`;
}

function parseCode(code: number) {
  return { isAlive: (code & 1) === 1, hasCrossed: (code & 2) === 2, cellsWon: code >> 2 };
}

/** Whether a column keeps a value as it is: an affinity turns numbers and numeric text into other classes. */
function isStoredAs(value: SqlValue, affinity: Affinity): boolean {
  switch (affinity) {
    case 'text':
      return typeof value === 'string';
    case 'real':
      return typeof value === 'number';
    case 'blob':
      return true;
    default:
      return typeof value === 'bigint';
  }
}
