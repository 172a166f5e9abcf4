import { isDecidedByValue } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { differsSql } from '../../sql/compare.js';
import { all, block, type Fragment, type Layout, list, statementText } from '../../sql/layout.js';
import { mergeGate } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { ASIDE } from '../aside/table.js';
import { joinAside, trueValue } from '../aside/truth.js';
import { cellVersionSql } from '../clock/clock.js';
import { cellClock, clock, clockKeys, clockRowid } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import { offeredColumns } from './table.js';

/** Which columns of the gate a row needs; the gate's defaults stand for the others. */
export interface OfferShape {
  /** The row is offered as a whole: every cell, one version, one site, seqs in column order. */
  readonly isWhole: boolean;
  /** The first life of a row, whose sentinel nobody needs. */
  readonly isFirstLife: boolean;
  /** Indexes of the columns that are offered. */
  readonly columns: readonly number[];
  /** A NOT NULL cell is missing: the row takes its packed key along, in case it has to wait. */
  readonly isIncomplete: boolean;
}

export interface RowSource {
  /** SQL of a value by its index. */
  readonly value: (index: number) => string;
  /** The source of the rows, for FROM. */
  readonly rows: string;
  /** No two rows of the statement may have keys that are equal to SQLite: then clocks can be looked up. */
  readonly hasUniqueKeys: boolean;
}

/**
 * The INSERT that offers many rows to a table's gate. It looks up each row's clock and leaves out
 * rows that are known here already: neither a greater causal length nor a newer cell. For the most common
 * kinds of the others it passes the gate how they merge (`finding`, see table.ts).
 *
 * The values of a row are, in order: the key's; unless it is a first life, causal length and the
 * sentinel's origin; of a whole row version, site ordinal, first seq, and the cells' values; otherwise
 * value, version and origin of each cell; of an incomplete row the packed key.
 */
export function offerRowsStatement(
  spec: TableSpec,
  shape: OfferShape,
  { value, rows, hasUniqueKeys }: RowSource,
): string {
  const names: string[] = [];
  const values: Fragment[] = [];
  const offer = (name: string) => {
    const sql = value(names.length);
    names.push(name);
    values.push(sql);
    return sql;
  };
  const key = clockKeys(spec).map(offer);
  const [causalLength] = shape.isFirstLife ? ['1'] : ['causal_length', 'sentinel'].map(offer);
  const [rowVersion] = shape.isWhole ? ['row_version', 'row_site', 'row_seq'].map(offer) : [];
  const cells = shape.columns.map((index): OfferedCell => {
    const [cellValue, version, origin] = offeredColumns(spec.clockColumns[index]!.name);
    if (shape.isWhole) return { index, value: offer(cellValue), version: rowVersion! };
    const cell = { index, value: offer(cellValue), version: offer(version) };
    offer(origin);
    return cell;
  });
  if (shape.isIncomplete) offer('pk');

  const offered = { spec, key, causalLength: causalLength!, rowVersion, cells };
  if (hasUniqueKeys && cells.length > 0) {
    names.push('finding', 'row_id');
    values.push(findingSql(offered, shape), rowidOf(spec));
  }
  const sameKey = clockKeys(spec).map((name, i) => `clock.${name} = ${key[i]}`);
  return statementText`
    INSERT INTO ${quoteName(mergeGate(spec.name))} (
      ${list([...names, 'db_version'])}
    )
    SELECT
      ${list([...values, DB_VERSION])}
    FROM ${rows}
    LEFT JOIN ${clock(spec)} AS clock ON ${sameKey.join(' AND ')}
    WHERE
      ${rowidOf(spec)} IS NULL
      OR NOT (
        ${knownSql(offered)}
      )`;
}

/** SQL of one row offered; its clock, if there is one, is the row `clock`. */
interface Offered {
  readonly spec: TableSpec;
  readonly key: readonly string[];
  readonly causalLength: string;
  /** Undefined if cells are offered alone. */
  readonly rowVersion: string | undefined;
  readonly cells: readonly OfferedCell[];
}

interface OfferedCell {
  readonly index: number;
  readonly value: string;
  readonly version: string;
}

/*
 * SQLite extracts a value from its row each time it is used, so the test that decides most rows comes first, and
 * a version of the whole row is compared once.
 */

/** Whether nothing of the offer wins. */
function knownSql(offered: Offered): Layout {
  const { spec, causalLength, rowVersion, cells } = offered;
  const later = `clock.causal_length > ${causalLength}`;
  const byValue = cells.filter((cell) => isByValue(spec, cell));
  const byVersion = cells.filter((cell) => !isByValue(spec, cell));
  const loses: Fragment[] =
    rowVersion === undefined
      ? byVersion.map((cell) => {
          const here = versionHere(spec, cell);
          return block`
            ${here} >= ${cell.version}
            AND (${here} > ${cell.version} OR ${baseHas(offered, [cell])})`;
        })
      : [
          `clock.row_version >= ${rowVersion}`,
          ...byVersion.map((cell) => goesWithRow(spec, cell)),
          ...(byVersion.length === 0
            ? []
            : [block`(clock.row_version > ${rowVersion} OR ${baseHas(offered, byVersion)})`]),
        ];
  // Whether such a cell wins is left to the gate, unless it is known to the last bit.
  const isKnown = byValue.map((cell) => `${versionHere(spec, cell)} = ${cell.version}`);
  const same = byValue.length === 0 ? [] : [...isKnown, baseHas(offered, byValue)];
  return block`
    ${later}
    OR ${all([`clock.causal_length = ${causalLength}`, ...loses, ...same])}`;
}

/** When a row is new here, and when every cell is newer than here, in the same life. */
function findingSql(
  { spec, causalLength, rowVersion, cells }: Offered,
  { isFirstLife, isIncomplete }: OfferShape,
): Layout {
  const isAlive = isFirstLife ? [] : [`${causalLength} % 2 = 1`];
  const newer = cells.map((cell) => {
    const isOlder = `${versionHere(spec, cell)} < ${cell.version}`;
    return rowVersion === undefined ? isOlder : `(${goesWithRow(spec, cell)} OR ${isOlder})`;
  });
  if (rowVersion !== undefined) newer.unshift(`clock.row_version < ${rowVersion}`);
  const isFresh = [`${rowidOf(spec)} IS NULL`, ...isAlive];
  const isNewer = [`clock.causal_length = ${causalLength}`, ...isAlive, ...newer];
  // If the greater version does not decide, the gate has to compare the values.
  const isUndecided = cells.some((cell) => isByValue(spec, cell));
  const fresh = isIncomplete ? '' : `WHEN ${isFresh.join(' AND ')} THEN 'fresh'`;
  const newest = isUndecided
    ? ''
    : block`
        WHEN
          ${all(isNewer)}
        THEN 'newer'`;
  if (isIncomplete && isUndecided) return block`NULL`;
  return block`
    CASE
      ${fresh}
      ${newest}
    END`;
}

/** Whether the base row has the values offered. */
function baseHas({ spec, key }: Offered, cells: readonly OfferedCell[]): Layout {
  const keyIs = spec.key.map(({ name }, i) => `base.${quoteName(name)} = ${key[i]}`);
  const same = cells.map(({ index, value }) => {
    const column = spec.clockColumns[index]!;
    return `NOT (${differsSql(column, trueValue(spec, column.name), value)})`;
  });
  if (spec.constraints !== undefined) {
    // A parked row has no base row.
    const keys = clockKeys(spec);
    return block`
      EXISTS (
        SELECT 1 FROM (SELECT 1)
        LEFT JOIN ${quoteName(spec.name)} AS base ON ${keyIs.join(' AND ')}
        ${joinAside(spec, (name) => key[spec.key.findIndex((column) => column.name === name)]!)}
        WHERE
          ${all([`(base.${quoteName(spec.key[0]!.name)} IS NOT NULL OR ${ASIDE}.${keys[0]} IS NOT NULL)`, ...same])}
      )`;
  }
  return block`
    EXISTS (
      SELECT 1 FROM ${quoteName(spec.name)} AS base
      WHERE
        ${all([...keyIs, ...same])}
    )`;
}

const rowidOf = (spec: TableSpec) => `clock.${clockRowid(spec)}`;
const versionHere = (spec: TableSpec, { index }: OfferedCell) =>
  cellVersionSql(spec.clockColumns[index]!.name, 'clock.');
const goesWithRow = (spec: TableSpec, { index }: OfferedCell) =>
  `clock.${cellClock(spec.clockColumns[index]!.name)} IS NULL`;
const isByValue = (spec: TableSpec, { index }: OfferedCell) =>
  isDecidedByValue(spec.clockColumns[index]!);
