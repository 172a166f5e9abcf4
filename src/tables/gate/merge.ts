import { cellTypeOf, clockTypeOf } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import {
  all,
  any,
  block,
  type Fragment,
  type Layout,
  list,
  statementText,
} from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { placeMerged, placeRevived } from '../aside/place.js';
import { isThere, joinAside, trueValue } from '../aside/truth.js';
import { cellsOf } from '../cells/table.js';
import { cellVersionSql, resetClockSql, stampOfOriginSql } from '../clock/clock.js';
import { CLOCK, cellClock, clock } from '../clock/table.js';
import type { TriggerSql } from '../trigger.js';
import {
  base,
  baseColumns,
  baseIsOffered,
  besideBase,
  clockIsOffered,
  endIf,
  gateTrigger,
  keepsBirth,
  offeredCell,
  offeredRow,
} from './table.js';

/** The general case: a row with a clock, alive or dead. */
export function mergeGate(spec: TableSpec, when: readonly Fragment[]): TriggerSql {
  return gateTrigger(spec, 'merge', {
    comment: 'the general case',
    when,
    // The clocks first: a tie needs the old value, which the next statement overwrites. Then only what has won goes on.
    body: [mergeClocks(spec), endIf('changes() = 0'), ...mergeValues(spec), ...insertRevived(spec)],
  });
}

function mergeClocks(spec: TableSpec): string {
  const here = `${clock(spec)}.`;
  const sentinel = stampOfOriginSql('new.db_version', 'new.sentinel');
  const reset = resetClockSql('new.db_version', 'new.sentinel');
  const cells = spec.clockColumns.map(({ name }, i) => {
    const x = cellClock(name);
    const { version, origin } = offeredCell(spec, i);
    return block`
      ${x} = CASE
        WHEN won.cell_${i} THEN (${version} - won.row_version) || ${stampOfOriginSql('new.db_version', origin)}
        WHEN new.causal_length > ${here}causal_length AND ${cellVersionSql(name, here)} >= 0
        THEN ${reset} /* a cell of a former life keeps its value until it is overwritten */
        ELSE ${here}${x}
      END`;
  });
  const assignments = [
    'causal_length = new.causal_length',
    'db_version = new.db_version',
    'row_version = won.row_version',
    // NULL marks for the report of the apply that a deleted row came back.
    `row_db_version = CASE WHEN ${here}causal_length % 2 = 1 THEN ${keepsBirth(here)} END`,
    `sentinel = CASE WHEN new.causal_length > ${here}causal_length THEN ${sentinel} ELSE ${here}sentinel END`,
    ...cells,
  ];
  const somethingWins = [
    `new.causal_length > ${here}causal_length`,
    ...spec.clockColumns.map((_, i) => `won.cell_${i}`),
  ];
  return statementText`
    UPDATE ${clock(spec)}
    SET
      ${list(assignments)}
    FROM ${comparison(spec)} AS won
    WHERE
      ${clockIsOffered(spec, clock(spec))}
      AND (
        ${any(somethingWins)}
      )`;
}

/** Which cells win. LIMIT keeps SQLite from copying each comparison to every place that uses its result. */
function comparison(spec: TableSpec): Layout {
  const columns = [
    'CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version',
    ...spec.clockColumns.map((_, i) => block`${wins(spec, i)} AS cell_${i}`),
  ];
  // A row that is gone although its clock is alive takes no part in the life that it had: see rivals.ts.
  const isOpenTo = block`
    (
      new.causal_length > clock.causal_length
      OR (new.causal_length = clock.causal_length AND ${isThere(spec)})
    )`;
  return block`
    (
      SELECT
        ${list(columns)}
      FROM ${clock(spec)} AS clock
      LEFT JOIN ${base(spec)} AS base ON ${baseIsOffered(spec, 'base')}
      ${joinAside(spec, (name) => `new.${quoteName(keyOf(name))}`)}
      WHERE
        ${all([clockIsOffered(spec, 'clock'), isOpenTo])}
      LIMIT 1
    )`;
}

/**
 * Whether the offered cell wins over the local one, of the rows `clock` and `base`. A greater causal length
 * first resets the local cell to version 0, as its sentinel alone would.
 */
function wins(spec: TableSpec, index: number): Layout {
  const column = spec.clockColumns[index]!;
  const { value, version } = offeredCell(spec, index);
  const most = `CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE ${Number.MAX_SAFE_INTEGER} END`;
  const here = {
    version: `min(${cellVersionSql(column.name, 'clock.')}, ${most})`,
    value: trueValue(spec, column.name),
  };
  return block`${version} >= 0 AND ${clockTypeOf(column).wins(column, { version, value }, here)}`;
}

function mergeValues(spec: TableSpec): string[] {
  if (spec.clockColumns.length === 0) return [];
  const merged = (i: number, known: string) => {
    const { name } = spec.clockColumns[i]!;
    const cell = offeredCell(spec, i);
    const [version, origin, value] = [cell.version, cell.origin, cell.value].map((sql) =>
      besideBase(spec, sql),
    ) as [string, string, string];
    const offeredClock = `(${version} - ${CLOCK}.row_version) || ${stampOfOriginSql(`${CLOCK}.db_version`, origin)}`;
    // A cell was won if its clock now is exactly what was offered.
    return block`
      CASE
        WHEN ${version} >= 0 AND ${CLOCK}.${cellClock(name)} = ${offeredClock}
        THEN ${value}
        ELSE ${known}
      END`;
  };
  if (spec.constraints !== undefined) {
    const where = [clockIsOffered(spec, CLOCK)];
    return placeMerged(spec, merged, { source: `${clock(spec)} AS ${CLOCK}`, where });
  }
  const values = spec.clockColumns.map(({ name }, i) => {
    const column = quoteName(name);
    return block`${column} = ${merged(i, `${base(spec)}.${column}`)}`;
  });
  return [
    statementText`
      UPDATE ${base(spec)}
      SET
        ${list(values)}
      FROM ${clock(spec)} AS ${CLOCK}
      WHERE
        ${baseIsOffered(spec, base(spec))}
        AND ${clockIsOffered(spec, CLOCK)}`,
    endIf('changes() > 0'),
  ];
}

function insertRevived(spec: TableSpec): string[] {
  // Cells that were kept of an evicted row; if there are more, the apply shows all of them later.
  const shown = spec.cellColumns.map((column) =>
    cellTypeOf(column).shown(cellsOf(spec, column, 'clock'), column.default ?? 'NULL'),
  );
  const columns = [...baseColumns(spec), ...spec.cellColumns.map(({ name }) => quoteName(name))];
  const offered = offeredRow(spec, false);
  const values = [...offered, ...shown];
  const from = block`
    FROM ${clock(spec)} AS clock
    WHERE
      ${clockIsOffered(spec, 'clock')}`;
  if (spec.constraints !== undefined) return placeRevived(spec, { columns, values, offered, from });
  return [
    statementText`
      INSERT INTO ${base(spec)} (
        ${list(columns)}
      )
      SELECT
        ${list(values)}
      ${from}
        AND NOT EXISTS (SELECT 1 FROM ${base(spec)} WHERE ${baseIsOffered(spec)})`,
  ];
}
