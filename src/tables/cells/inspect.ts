import { cellTypeOf } from '../../columns/registry.js';
import { versionFitsSql } from '../../columns/versions.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { all, block, type Fragment } from '../../sql/layout.js';
import { keyOf, STATE_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { rowidOf } from '../clock/backfill.js';
import { OFFERED_AGAIN, raiseDbVersion, updateClocks } from '../clock/repair.js';
import { CLOCK, clock, sameKeys, sameRow } from '../clock/table.js';
import type { Inspection, Invariant } from '../invariant.js';
import { isInteger, isKnownSite, STATE_VERSION, says, shownText } from '../invariant-sql.js';
import { DB_VERSION, KEEP_CELLS_SQL, LOCAL_SITE } from '../state/table.js';
import { shownInvariant } from './inspect-shown.js';
import { CELL, deleteCells, updateCells } from './repair.js';
import { cells } from './table.js';

const ROW = 'crr_base';

/** Each cell belongs to a living row, or is kept of a row that was evicted, and base columns show what the cells give. */
export function inspectCells(spec: TableSpec): Inspection[] {
  if (spec.cellColumns.length === 0) return [];
  return [
    {
      table: spec.name,
      rows: {
        from: cells(spec),
        alias: CELL,
        rowid: 'rowid',
        joins: block`LEFT JOIN ${clock(spec)} AS ${CLOCK} ON ${sameKeys(spec, CLOCK, CELL)}`,
        key: { spec, of: (name) => `${CELL}.${quoteName(keyOf(name))}` },
      },
      invariants: [lifeOfCells(spec), knownColumn(spec), ...cellInvariants(spec)],
    },
    {
      table: spec.name,
      rows: {
        from: quoteName(spec.name),
        alias: ROW,
        rowid: rowidOf(spec),
        joins: block`JOIN ${clock(spec)} AS ${CLOCK} ON ${sameRow(spec, CLOCK, ROW)}`,
        key: { spec, of: (name) => `${ROW}.${quoteName(name)}` },
      },
      invariants: spec.cellColumns.map((column) => shownInvariant(spec, column)),
    },
    { table: spec.name, invariants: [keptInvariant(spec)] },
  ];
}

function lifeOfCells(spec: TableSpec): Invariant {
  const isKept = `${CLOCK}.db_version = 0 AND ${CELL}.site = ${LOCAL_SITE}`;
  const broken = block`
    CASE
      WHEN ${CLOCK}.causal_length IS NULL THEN NOT ${existsBase(spec)}
      WHEN ${CLOCK}.causal_length % 2 = 0 THEN NOT (${isKept})
    END`;
  return {
    code: 'cell-without-row',
    broken,
    found: says('a cell of a row that does not exist'),
    expected: says('no cell: they go with the life of their row'),
    repairs: [{ step: 'remove', statements: deleteCells(spec, broken) }],
  };
}

/** A row without a clock is found as such, and keeps its cells. */
const existsBase = (spec: TableSpec) => block`
  EXISTS (
    SELECT 1 FROM ${quoteName(spec.name)} AS ${ROW}
    WHERE ${sameRow(spec, CELL, ROW)}
  )`;

function knownColumn(spec: TableSpec): Invariant {
  const names = spec.cellColumns.map(({ name }) => quoteText(name)).join(', ');
  const broken = `${CELL}.column_name NOT IN (${names})`;
  return {
    code: 'cell-column',
    broken,
    found: shownText(`${CELL}.column_name`),
    expected: says('a column whose type has a cell for each site'),
    repairs: [{ step: 'remove', statements: deleteCells(spec, broken) }],
  };
}

function cellInvariants(spec: TableSpec): Invariant[] {
  const of = (column: string) => `${CELL}.${column}`;
  // A cell that a peer has refused is kept with a negative one; see evict.ts.
  const dbVersion = `max(${of('db_version')}, -${of('db_version')})`;
  const most = `CASE ${CLOCK}.db_version WHEN 0 THEN ${STATE_VERSION} ELSE ${CLOCK}.db_version END`;
  const isAhead = block`NOT (typeof(${of('db_version')}) = 'integer' AND ${isInteger(dbVersion, 1, `ifnull(${most}, ${dbVersion})`)} AND ${isInteger(of('seq'))})`;
  const isSiteBroken = block`NOT (${isKnownSite(of('site'))})`;
  return [
    ...spec.cellColumns.flatMap((column) => ofColumn(spec, column)),
    {
      code: 'cell-ahead',
      broken: isAhead,
      found: block`'db_version ' || ${shownText(of('db_version'))} || ', seq ' || ${shownText(of('seq'))}`,
      expected: says('at most the db_version of the row, and a number'),
      repairs: [
        {
          step: 'state',
          statements: [
            raiseDbVersion(
              block`(SELECT max(db_version) FROM ${cells(spec)} WHERE ${isInteger('db_version', 0, 2 ** 52)})`,
            ),
          ],
        },
        {
          step: 'stamp',
          statements: [
            ...updateClocks(
              spec,
              block`
                ${CLOCK}.causal_length % 2 = 1
                AND EXISTS (
                  SELECT 1 FROM ${cells(spec)} AS ${CELL}
                  WHERE ${sameKeys(spec, CLOCK, CELL)} AND ${isAhead}
                )`,
              OFFERED_AGAIN,
            ),
            updateCells(spec, isAhead, [`db_version = ${DB_VERSION}`, 'seq = 0']),
          ],
        },
      ],
    },
    {
      code: 'cell-site',
      // Whose contribution it is cannot be known, and it must not count twice.
      broken: isSiteBroken,
      found: block`'site ' || ${shownText(of('site'))}`,
      expected: says('an ordinal of crr_site'),
    },
  ];
}

function ofColumn(spec: TableSpec, column: ReplicatedColumnSpec): Invariant[] {
  const isColumn = `${CELL}.column_name = ${quoteText(column.name)}`;
  const version = `${CELL}.version`;
  const isBroken = (condition: Fragment) => all([isColumn, condition]);
  const isVersionBroken = isBroken(
    block`NOT (typeof(${version}) = 'integer' AND ${versionFitsSql(column, version)})`,
  );
  const { faults } = cellTypeOf(column);
  const found = block`'version ' || ${shownText(version)} || ', value ' || ${shownText(`${CELL}.value`)}`;
  return [
    {
      code: 'cell-malformed',
      column: column.name,
      broken: isVersionBroken,
      found,
      expected: says("a version of the column's type"),
      repairs: [{ step: 'remove', statements: deleteCells(spec, isVersionBroken), forgets: true }],
    },
    ...faults(column, { version, value: `${CELL}.value` }).map(
      ({ broken, expected, value }): Invariant => ({
        code: 'cell-value',
        column: column.name,
        broken: isBroken(broken),
        found,
        expected: says(expected),
        repairs: [
          value === undefined
            ? { step: 'remove', statements: deleteCells(spec, isBroken(broken)), forgets: true }
            : {
                step: 'stamp',
                statements: [updateCells(spec, isBroken(broken), [`value = ${value}`])],
              },
        ],
      }),
    ),
  ];
}

/** Triggers look for cells of evicted rows only if there may be any. */
function keptInvariant(spec: TableSpec): Invariant {
  return {
    code: 'state-malformed',
    broken: block`
      (SELECT keeps_cells FROM ${STATE_TABLE}) IS NOT 1
      AND EXISTS (
        SELECT 1
        FROM ${clock(spec)} AS ${CLOCK}
        JOIN ${cells(spec)} AS ${CELL} ON ${sameKeys(spec, CLOCK, CELL)}
        WHERE ${CLOCK}.db_version = 0
      )`,
    found: says('keeps_cells 0, and cells of rows that were evicted'),
    expected: says('keeps_cells 1'),
    repairs: [{ step: 'state', statements: [KEEP_CELLS_SQL] }],
  };
}
