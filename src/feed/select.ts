import type { TableSpec } from '../model/table-spec.js';
import { portable } from '../sql/driver-value.js';
import { all, any, block, type Fragment, list, statementText } from '../sql/layout.js';
import { keyOf } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { type Statement, statement } from '../sql/statement.js';
import { isThere, joinAside, trueRows } from '../tables/aside/truth.js';
import { cellsTextSql } from '../tables/cells/text.js';
import { CLOCK, clock, clockRowid, sameRow } from '../tables/clock/table.js';
import { eventsTextSql } from '../tables/log/read.js';
import { clockTextSql } from './clock-text.js';
import type { ReadPosition } from './position.js';
import { valueColumns } from './value-columns.js';

export interface ReadRows {
  readonly position: ReadPosition;
  /** Of a db_version that was cut, this table's rows come after the cut. */
  readonly isAfterCut: boolean;
  /** The greatest number of rows; undefined = all. */
  readonly limit: number | undefined;
  /** A condition on the base row, for readers who may not see every row. */
  readonly visible?: Statement | undefined;
  /** Rows that do not meet it, and have not changed after this db_version, are left out. */
  readonly hiddenSince: number;
  /** Some rows travel with all of their cells, also those that are older than the position. */
  readonly mayBeWhole?: boolean | undefined;
  /** Whether the events of rows with history travel. */
  readonly events?: boolean | undefined;
}

/** One query: the rows of a table from a position on, in the order of (db_version, clock rowid). */
export function selectRows(
  spec: TableSpec,
  {
    position,
    isAfterCut,
    limit,
    visible,
    hiddenSince,
    mayBeWhole = false,
    events = false,
  }: ReadRows,
): Statement {
  const rowid = `${CLOCK}.${clockRowid(spec)}`;
  const isPartial = visible === undefined && !mayBeWhole;
  const since = isPartial ? position.since : undefined;
  const columns: Fragment[] = [
    clockTextSql(spec),
    ...valueColumns(spec).map(({ sql, affinity }) => portable(sql, affinity)),
    ...(spec.cellColumns.length > 0 ? [cellsTextSql(spec, CLOCK, since)] : []),
    ...(visible === undefined ? [] : [visibleSql(spec, visible)]),
    ...(spec.history && events ? [eventsTextSql(spec, CLOCK, since ?? -1)] : []),
  ];
  // A delete that no trigger has seen leaves a clock that is alive, and no values to give, until it gets its tombstone.
  const isDeadOrThere = `(${isThere(spec)} OR ${CLOCK}.causal_length % 2 = 0)`;
  const isRestricted = visible !== undefined && hiddenSince > position.after.db_version;
  const told = isRestricted ? [isTold(spec, visible, hiddenSince)] : [];
  const sql = statementText`
    SELECT
      ${list(columns)}
    FROM ${clock(spec)} AS ${CLOCK}
    LEFT JOIN ${quoteName(spec.name)} AS base ON ${sameRow(spec, CLOCK, 'base')}
    ${joinAside(spec, (name) => `${CLOCK}.${quoteName(keyOf(name))}`)}
    WHERE
      ${all([isAfter(spec, position, isAfterCut), isDeadOrThere, ...told])}
    ORDER BY ${CLOCK}.db_version, ${rowid}
    ${limit === undefined ? '' : `LIMIT ${limit}`}`;
  const args = visible?.args ?? [];
  return statement(sql, isRestricted ? [...args, ...args] : args);
}

/** Decided before anything else is looked up: of many rows a new reader may see few. */
const isTold = (spec: TableSpec, visible: Statement, hiddenSince: number): Fragment => block`
  (
    ${any([`${CLOCK}.db_version > ${hiddenSince}`, `${CLOCK}.causal_length % 2 = 0`, block`EXISTS ${visibleSql(spec, visible)}`])}
  )`;

function isAfter(spec: TableSpec, { after }: ReadPosition, isAfterCut: boolean): string {
  const { db_version: version, row } = after;
  if (row === undefined) return `${CLOCK}.db_version > ${version}`;
  if (row.table !== spec.name) return `${CLOCK}.db_version ${isAfterCut ? '>=' : '>'} ${version}`;
  const rowid = `${CLOCK}.${clockRowid(spec)}`;
  return `${CLOCK}.db_version >= ${version} AND (${CLOCK}.db_version > ${version} OR ${rowid} > ${row.key})`;
}

/** The base table under its own name: a condition written with Drizzle names its columns so. */
function visibleSql(spec: TableSpec, visible: Statement): Fragment {
  const table = quoteName(spec.name);
  const keyIs = spec.key.map(
    ({ name }) => `${table}.${quoteName(name)} = ${CLOCK}.${quoteName(keyOf(name))}`,
  );
  return block`
    (
      SELECT 1 FROM ${trueRows(spec)}
      WHERE ${keyIs.join(' AND ')} AND (${visible.sql})
    )`;
}
