import { affinityOf, type TableSpec } from '../schema/table-spec.js';
import { type OfferShape, offerSql } from '../sql/offer.js';
import { quoteText } from '../sql/quote.js';
import type { Change } from './change.js';
import type { RowOffer } from './group.js';
import { JsonRow, JsonRows } from './json-rows.js';
import { MultiRowStatements } from './multi-row.js';
import type { OrdinalsOfBatch } from './ordinals.js';
import { bindValue, type Statement } from './statement.js';
import type { SqlValue } from './value.js';

/** INSERTs of many rows into a table's gate; rows that mention the same columns share statements. */
export function offerRows(
  spec: TableSpec,
  rows: readonly RowOffer[],
  ordinals: OrdinalsOfBatch,
  maxParameters: number,
): Statement[] {
  const groups = new Map<string, OfferGroup>();
  const shapes = new Shapes(spec, ordinals);
  const lookedUp = rows.every(({ key }) => isUniqueInSql(spec, key));
  for (const row of rows) {
    const shape = shapes.of(row);
    let group = groups.get(shape.id);
    if (group === undefined) {
      const insert: InsertSql = (value, from) => offerSql(spec, shape, value, from, lookedUp);
      group = new OfferGroup(shape, ordinals, insert, maxParameters);
      groups.set(shape.id, group);
    }
    group.add(row);
  }
  return [...groups.values()].flatMap((group) => group.finish());
}

/**
 * Whether no other key of the batch, all of which differ in value or storage class, can be the same
 * to SQLite: as 1, 1.0 and '1' are where a column's affinity converts them.
 */
function isUniqueInSql({ key }: TableSpec, values: readonly SqlValue[]): boolean {
  return key.every(({ sqlType }, i) => {
    const value = values[i]!;
    switch (affinityOf(sqlType)) {
      case 'text':
        return typeof value === 'string';
      case 'blob':
        return typeof value !== 'number';
      case 'real':
        return false;
      default:
        return typeof value === 'bigint';
    }
  });
}

type InsertSql = (value: (index: number) => string, from: string) => string;

/** The rows of one shape: in JSON where that carries them exactly, otherwise as bound values. */
class OfferGroup {
  readonly #json: JsonRows<RowOffer>;
  readonly #bound: MultiRowStatements;

  constructor(
    readonly shape: OfferShape,
    readonly ordinals: OrdinalsOfBatch,
    insert: InsertSql,
    maxParameters: number,
  ) {
    this.#json = new JsonRows(insert);
    this.#bound = new MultiRowStatements(
      (values) => insert((index) => `j.column${index + 1}`, `(${values}) AS j`),
      maxParameters,
    );
  }

  add(row: RowOffer): void {
    const json = new JsonRow();
    this.#write(row, json);
    if (json.isExact) this.#json.add(row, json.values);
    else this.#bind(row);
  }

  finish(): Statement[] {
    this.#json.finish();
    for (const row of this.#json.inexact) this.#bind(row);
    return [...this.#json.statements, ...this.#bound.finish()];
  }

  #bind(row: RowOffer): void {
    const bound = new BoundRow();
    this.#write(row, bound);
    this.#bound.add(bound.sql.join(','), bound.args);
  }

  /** Writes a row's values in the order of {@link offerSql}. */
  #write(row: RowOffer, to: RowWriter): void {
    const { shape, ordinals } = this;
    for (const value of row.key) to.value(value);
    if (!shape.firstLife) {
      to.number(row.cl);
      to.text(sentinelOf(row, ordinals));
    }
    if (shape.whole) {
      const first = row.cells[0]!;
      to.number(first.col_version);
      to.number(ordinals.of(first));
      to.number(first.seq);
      for (const cell of row.cells) to.value(cell!.val);
    } else {
      for (const i of shape.columns) {
        const cell = row.cells[i]!;
        to.value(cell.val);
        to.number(cell.col_version);
        to.text(ordinals.origin(cell));
      }
    }
    if (shape.incomplete) to.value(row.pk);
  }
}

export interface RowWriter {
  value(value: SqlValue): void;
  /** A safe integer. */
  number(value: number): void;
  text(value: string | null): void;
}

export class BoundRow implements RowWriter {
  readonly sql: string[] = [];
  readonly args: SqlValue[] = [];

  value(value: SqlValue): void {
    this.sql.push(bindValue(value, this.args));
  }

  number(value: number): void {
    this.sql.push(String(value));
  }

  text(value: string | null): void {
    this.sql.push(value === null ? 'NULL' : quoteText(value));
  }
}

interface Shape extends OfferShape {
  /** Equal for equal shapes. */
  readonly id: string;
}

/** Finds the shapes of a table's rows; the common one is made once. */
class Shapes {
  readonly #whole: readonly [first: Shape, later: Shape];

  constructor(
    readonly spec: TableSpec,
    readonly ordinals: OrdinalsOfBatch,
  ) {
    const columns = spec.columns.map((_, i) => i);
    const whole = (firstLife: boolean) => ({
      id: `whole ${firstLife}`,
      whole: true,
      firstLife,
      columns,
      incomplete: false,
    });
    this.#whole = [whole(true), whole(false)];
  }

  of(row: RowOffer): Shape {
    const firstLife = row.cl === 1 && row.sentinel === undefined;
    if (this.#isWhole(row)) return this.#whole[firstLife ? 0 : 1];
    const { cells } = row;
    const columns = this.spec.columns.flatMap((_, i) => (cells[i] === undefined ? [] : [i]));
    const incomplete = this.spec.columns.some(
      ({ notNull, default: value }, i) => notNull && value === undefined && cells[i] === undefined,
    );
    return { id: `${columns.join()} ${firstLife}`, whole: false, firstLife, columns, incomplete };
  }

  #isWhole({ cells }: RowOffer): boolean {
    const first = cells[0];
    if (first === undefined || first.col_version === 0) return false;
    for (let i = 1; i < cells.length; i++) {
      const cell = cells[i];
      if (
        cell === undefined ||
        cell.col_version !== first.col_version ||
        cell.seq !== first.seq + i ||
        (cell.site_id !== first.site_id && this.ordinals.of(cell) !== this.ordinals.of(first))
      ) {
        return false;
      }
    }
    return true;
  }
}

/** Origin of a row's sentinel. A life after the first always has one: any of its cells proves it. */
function sentinelOf(row: RowOffer, ordinals: OrdinalsOfBatch): string | null {
  const witness = row.sentinel ?? (row.cl > 1 ? anyCell(row) : undefined);
  return witness === undefined ? null : ordinals.origin(witness);
}

function anyCell({ cells, siteCells }: RowOffer): Change | undefined {
  return cells.find((cell) => cell) ?? siteCells?.values().next().value;
}
