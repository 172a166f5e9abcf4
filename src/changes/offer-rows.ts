import type { TableSpec } from '../schema/table-spec.js';
import { clockKeys } from '../sql/clock-table.js';
import { mergeGate } from '../sql/names.js';
import { offeredColumns } from '../sql/offer.js';
import { quoteName } from '../sql/quote.js';
import type { Change } from './change.js';
import type { RowOffer } from './group.js';
import { MultiRowStatements } from './multi-row.js';
import type { OrdinalsOfBatch } from './ordinals.js';
import { bindValue, type Statement } from './statement.js';
import type { SqlValue } from './value.js';

/** Multi-row INSERTs into a table's gate; rows that mention the same columns share statements. */
export function offerRows(
  spec: TableSpec,
  rows: readonly RowOffer[],
  ordinals: OrdinalsOfBatch,
  maxParameters: number,
): Statement[] {
  const groups = new Map<string, MultiRowStatements>();
  const shapes = new OfferShapes(spec, ordinals);
  for (const row of rows) {
    const shape = shapes.of(row);
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

/** Which columns of the gate a row needs; the gate's defaults stand for the others. */
interface OfferShape {
  readonly id: string;
  /** The row can be offered as a whole: every cell, one version, one site, seqs in column order. */
  readonly whole: boolean;
  /** A first life needs neither cl nor sentinel. */
  readonly later: boolean;
  /** Indexes of the columns mentioned. */
  readonly columns: readonly number[];
  /** An incomplete row takes its packed key along, in case it has to wait. */
  readonly withPk: boolean;
}

/** Finds the shapes of a table's rows; the common one is made once. */
class OfferShapes {
  readonly #whole: readonly [first: OfferShape, later: OfferShape];

  constructor(
    readonly spec: TableSpec,
    readonly ordinals: OrdinalsOfBatch,
  ) {
    const columns = spec.columns.map((_, i) => i);
    const whole = (later: boolean) => ({
      id: `whole ${later}`,
      whole: true,
      later,
      columns,
      withPk: false,
    });
    this.#whole = [whole(false), whole(true)];
  }

  of(row: RowOffer): OfferShape {
    const later = row.cl > 1 || row.sentinel !== undefined;
    if (this.#isWhole(row)) return this.#whole[later ? 1 : 0];
    const { cells } = row;
    const columns = this.spec.columns.flatMap((_, i) => (cells[i] === undefined ? [] : [i]));
    const withPk = this.spec.columns.some(
      ({ notNull, default: value }, i) => notNull && value === undefined && cells[i] === undefined,
    );
    return { id: `${columns.join()} ${later}`, whole: false, later, columns, withPk };
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

function gateColumns(spec: TableSpec, shape: OfferShape): string {
  return [
    ...clockKeys(spec),
    ...(shape.later ? ['cl', 'l'] : []),
    ...(shape.whole ? ['v0', 's0', 'q0'] : []),
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
  for (const value of row.key) sql += `${bindValue(value, args)},`;
  if (shape.later) sql += `${row.cl},${sentinelOf(row, ordinals)},`;
  const first = row.cells[0];
  if (shape.whole) sql += `${first!.col_version},${ordinals.of(first!)},${first!.seq},`;
  for (const i of shape.columns) {
    const cell = row.cells[i]!;
    sql += `${bindValue(cell.val, args)},`;
    if (!shape.whole) sql += `${cell.col_version},${ordinals.origin(cell)},`;
  }
  if (shape.withPk) sql += `${bindValue(row.pk, args)},`;
  return sql.slice(0, -1);
}

/** Origin of a row's sentinel. A life after the first always has one: any of its cells proves it. */
function sentinelOf(row: RowOffer, ordinals: OrdinalsOfBatch): string {
  const witness = row.sentinel ?? (row.cl > 1 ? anyCell(row) : undefined);
  return witness === undefined ? 'NULL' : ordinals.origin(witness);
}

function anyCell({ cells, siteCells }: RowOffer): Change | undefined {
  return cells.find((cell) => cell) ?? siteCells?.values().next().value;
}
