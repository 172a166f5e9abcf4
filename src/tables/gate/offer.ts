import type { TableSpec } from '../../model/table-spec.js';
import { differsSql } from '../../sql/compare.js';
import {
  clockTable,
  mergeGate,
  offeredOriginOf,
  offeredValueOf,
  offeredVersionOf,
} from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import {
  cellClock,
  cellVersionSql,
  clockKeys,
  clockRowid,
  DB_VERSION,
} from '../clock/clock-table.js';

/** The quoted columns of the gate that offer one cell: value, version, origin. */
export function offeredColumns(column: string): [value: string, version: string, origin: string] {
  return [
    quoteName(offeredValueOf(column)),
    quoteName(offeredVersionOf(column)),
    quoteName(offeredOriginOf(column)),
  ];
}

/** What the row in the gate (`new`) says of a cell, whether offered alone or with the row. */
export function offeredCell(spec: TableSpec, index: number) {
  const [value, version, origin] = offeredColumns(spec.clockColumns[index]!.name);
  return {
    value: `new.${value}`,
    /** Negative where the cell is not offered. */
    version: `ifnull(new.${version}, new.v0)`,
    origin: `ifnull(new.${origin}, new.s0 || ':' || (new.q0 + ${index}))`,
  };
}

/** Which columns of the gate a row needs; the gate's defaults stand for the others. */
export interface OfferShape {
  /** The row is offered as a whole: every cell, one version, one site, seqs in column order. */
  readonly whole: boolean;
  /** The first life of a row, whose sentinel nobody needs. */
  readonly firstLife: boolean;
  /** Indexes of the columns that are offered. */
  readonly columns: readonly number[];
  /** A NOT NULL cell is missing: the row takes its packed key along, in case it has to wait. */
  readonly incomplete: boolean;
}

/**
 * The INSERT that offers many rows to a table's gate. It looks up each row's clock and leaves out
 * what is known here already: neither a greater causal length nor a newer cell. For the commonest
 * of the others it tells the gate how they merge (see merge-gate.ts), where `lookedUp` allows it:
 * no two rows of the statement may have keys that are equal in the eyes of SQLite.
 *
 * The values of a row are, in order: the key's; unless it is a first life cl and the sentinel's
 * origin; of a whole row version, site ordinal, first seq, and the cells' values; otherwise value,
 * version and origin of each cell; of an incomplete row the packed key.
 *
 * @param value SQL of a value by its index.
 * @param rows the source of the rows, for FROM.
 */
export function offerSql(
  spec: TableSpec,
  { whole, firstLife, columns, incomplete }: OfferShape,
  value: (index: number) => string,
  rows: string,
  lookedUp: boolean,
): string {
  const names: string[] = [];
  const values: string[] = [];
  const offer = (name: string) => {
    const sql = value(names.length);
    names.push(name);
    values.push(sql);
    return sql;
  };
  const key = clockKeys(spec).map(offer);
  const [cl] = firstLife ? ['1'] : ['cl', 'l'].map(offer);
  const [wholeVersion] = whole ? ['v0', 's0', 'q0'].map(offer) : [];
  const cells = columns.map((index) => {
    const [cellValue, version, origin] = offeredColumns(spec.clockColumns[index]!.name);
    if (whole) return { index, value: offer(cellValue), version: wholeVersion! };
    const cell = { index, value: offer(cellValue), version: offer(version) };
    offer(origin);
    return cell;
  });
  if (incomplete) offer('pk');

  const offered: Offered = { spec, key, cl: cl!, wholeVersion, cells };
  if (lookedUp && columns.length > 0) {
    const ways = waysOf(offered, firstLife);
    const fresh = incomplete ? '' : `WHEN ${ways.fresh} THEN 'fresh' `;
    names.push('way', 'at');
    values.push(`CASE ${fresh}WHEN ${ways.newer} THEN 'newer' END`, rowidOf(spec));
  }
  const clockKeyIs = clockKeys(spec).map((name, i) => `k.${name} = ${key[i]}`);
  return `INSERT INTO ${quoteName(mergeGate(spec.name))} (${names.join(', ')}, dbv) SELECT ${values.join(', ')}, ${DB_VERSION} FROM ${rows} LEFT JOIN ${quoteName(clockTable(spec.name))} AS k ON ${clockKeyIs.join(' AND ')} WHERE ${rowidOf(spec)} IS NULL OR NOT (${knownSql(offered)})`;
}

/** SQL of one row offered; its clock, if there is one, is the row `k`. */
interface Offered {
  readonly spec: TableSpec;
  readonly key: readonly string[];
  readonly cl: string;
  /** Undefined where cells are offered alone. */
  readonly wholeVersion: string | undefined;
  readonly cells: readonly OfferedCell[];
}

interface OfferedCell {
  readonly index: number;
  readonly value: string;
  readonly version: string;
}

/*
 * A value is dug out of its row anew wherever it stands, so what decides most rows stands first, and
 * a version of the whole row is compared once.
 */

/** Whether nothing of the offer wins. */
function knownSql(offered: Offered): string {
  const { spec, cl, wholeVersion, cells } = offered;
  const loses =
    wholeVersion === undefined
      ? cells.map((cell) => {
          const here = versionHere(spec, cell);
          return `${here} >= ${cell.version} AND (${here} > ${cell.version} OR ${baseHas(offered, [cell])})`;
        })
      : [
          `k.v0 >= ${wholeVersion}`,
          ...cells.map((cell) => goesWithRow(spec, cell)),
          `(k.v0 > ${wholeVersion} OR ${baseHas(offered, cells)})`,
        ];
  return `k.cl > ${cl} OR ${[`k.cl = ${cl}`, ...loses].join(' AND ')}`;
}

/** When a row is new here, and when every cell is newer than here, in the same life. */
function waysOf({ spec, cl, wholeVersion, cells }: Offered, firstLife: boolean) {
  const alive = firstLife ? [] : [`${cl} % 2 = 1`];
  const newer = cells.map((cell) => {
    const older = `${versionHere(spec, cell)} < ${cell.version}`;
    return wholeVersion === undefined ? older : `(${goesWithRow(spec, cell)} OR ${older})`;
  });
  if (wholeVersion !== undefined) newer.unshift(`k.v0 < ${wholeVersion}`);
  return {
    fresh: [`${rowidOf(spec)} IS NULL`, ...alive].join(' AND '),
    newer: [`k.cl = ${cl}`, ...alive, ...newer].join(' AND '),
  };
}

/** Whether the base row has the values offered. */
function baseHas({ spec, key }: Offered, cells: readonly OfferedCell[]): string {
  const keyIs = spec.key.map(({ name }, i) => `b.${quoteName(name)} = ${key[i]}`);
  const same = cells.map(({ index, value }) => {
    const column = spec.clockColumns[index]!;
    // BINARY also where only the database knows of a collation, as in the tie of the gate.
    return `NOT (${differsSql(column, `b.${quoteName(column.name)} COLLATE BINARY`, value)})`;
  });
  return `EXISTS (SELECT 1 FROM ${quoteName(spec.name)} AS b WHERE ${[...keyIs, ...same].join(' AND ')})`;
}

const rowidOf = (spec: TableSpec) => `k.${clockRowid(spec)}`;
const versionHere = (spec: TableSpec, { index }: OfferedCell) =>
  cellVersionSql(spec.clockColumns[index]!.name, 'k.');
const goesWithRow = (spec: TableSpec, { index }: OfferedCell) =>
  `k.${cellClock(spec.clockColumns[index]!.name)} IS NULL`;
