import type { Change } from '../model/change.js';
import { type Affinity, affinityOf } from '../model/declared-type.js';
import { NEUTRAL_ORDINAL } from '../model/site.js';
import { requiredIndexes, type TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { StatementLimits } from '../sql/multi-row.js';
import { type RowWriter, SourceRows } from '../sql/source-rows.js';
import type { Statement } from '../sql/statement.js';
import { type OfferShape, offerRowsStatement } from '../tables/gate/offer.js';
import type { OrdinalsOfBatch } from './ordinals.js';
import type { RowOffer } from './table-group.js';

/** INSERTs of many rows into a table's gate; rows that mention the same columns share statements. */
export function offerRows(
  spec: TableSpec,
  rows: readonly RowOffer[],
  ordinals: OrdinalsOfBatch,
  limits: StatementLimits,
): Statement[] {
  const groups = new Map<string, SourceRows<RowOffer>>();
  const shapes = new Shapes(spec, ordinals);
  const hasUniqueKeys = areUniqueInSql(spec, rows);
  for (const row of rows) {
    const shape = shapes.of(row);
    let group = groups.get(shape.id);
    if (group === undefined) {
      group = new SourceRows(
        (value, rows) => offerRowsStatement(spec, shape, { value, rows, hasUniqueKeys }),
        (row, to) => writeRow(row, shape, ordinals, to),
        limits,
      );
      groups.set(shape.id, group);
    }
    group.add(row);
  }
  return [...groups.values()].flatMap((group) => group.finish());
}

/**
 * Whether no two keys of the batch, all of which differ in value or storage class, can be the same to SQLite, as
 * 1, 1.0 and '1' are if a column's affinity converts them.
 */
function areUniqueInSql({ key }: TableSpec, rows: readonly RowOffer[]): boolean {
  return key.every(({ sqlType }, i) => {
    const isKept = KEPT_BY[affinityOf(sqlType)];
    return rows.every((row) => isKept(row.key[i]!));
  });
}

/** Whether a column of an affinity stores a value as no other value is stored. */
const KEPT_BY: Readonly<Record<Affinity, (value: SqlValue) => boolean>> = {
  text: (value) => typeof value === 'string',
  blob: (value) => typeof value !== 'number',
  integer: (value) => typeof value === 'bigint',
  numeric: (value) => typeof value === 'bigint',
  real: () => false,
};

/** Writes a row's values in the order of {@link offerRowsStatement}. */
function writeRow(
  row: RowOffer,
  shape: OfferShape,
  ordinals: OrdinalsOfBatch,
  to: RowWriter,
): void {
  for (const value of row.key) to.value(value);
  if (!shape.isFirstLife) {
    to.number(row.cl);
    to.text(sentinelOf(row, ordinals));
  }
  if (shape.isWhole) {
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
  if (shape.isIncomplete) to.value(row.pk);
}

interface Shape extends OfferShape {
  /** Equal for equal shapes. */
  readonly id: string;
}

/** Finds the shapes of a table's rows; the common one is made once. */
class Shapes {
  readonly #whole: readonly [first: Shape, later: Shape];
  readonly #required: readonly number[];

  constructor(
    readonly spec: TableSpec,
    readonly ordinals: OrdinalsOfBatch,
  ) {
    this.#required = requiredIndexes(spec);
    const columns = spec.clockColumns.map((_, i) => i);
    const whole = (firstLife: boolean) => ({
      id: `whole ${firstLife}`,
      isWhole: true,
      isFirstLife: firstLife,
      columns,
      isIncomplete: false,
    });
    this.#whole = [whole(true), whole(false)];
  }

  of(row: RowOffer): Shape {
    const firstLife = row.cl === 1 && row.sentinel === undefined;
    if (this.#isWhole(row)) return this.#whole[firstLife ? 0 : 1];
    const { cells } = row;
    const columns = this.spec.clockColumns.flatMap((_, i) => (cells[i] === undefined ? [] : [i]));
    const isIncomplete = this.#required.some((index) => cells[index] === undefined);
    return {
      id: `${columns.join()} ${firstLife}`,
      isWhole: false,
      isFirstLife: firstLife,
      columns,
      isIncomplete,
    };
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

/**
 * Origin of a row's sentinel. A life after the first always has one: any of its cells proves it. cr-sqlite takes
 * the cell that it gets first, be it one of a former life that this site wrote then. So a life in the name of
 * this site that is news to it is nobody's.
 */
function sentinelOf(row: RowOffer, ordinals: OrdinalsOfBatch): string | null {
  const witness = row.sentinel ?? (row.cl > 1 ? anyCell(row) : undefined);
  if (witness === undefined) return null;
  const isProven = row.cl > 1 && row.cl % 2 === 1 && hasCells(row);
  return isProven && ordinals.isLocal(witness)
    ? `${NEUTRAL_ORDINAL}:${witness.seq}`
    : ordinals.origin(witness);
}

/** Whether the table has columns whose cells prove a life. */
const hasCells = ({ cells }: RowOffer) => cells.length > 0;

function anyCell({ cells, siteCells }: RowOffer): Change | undefined {
  return cells.find((cell) => cell) ?? siteCells?.values().next().value;
}
