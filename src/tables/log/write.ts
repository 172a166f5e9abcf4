import { cellTypeOf, clockTypeOf } from '../../columns/registry.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { replicatedColumns } from '../../model/table-spec.js';
import { any, block, type Fragment, list, statementText } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { NOW_MS } from '../../sql/now.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { cells } from '../cells/table.js';
import { cellVersionSql } from '../clock/clock.js';
import { CLOCK, cellClock, clock, clockKeys, sameRow } from '../clock/table.js';
import { hasChanged, isSameKey, STATE } from '../clock/write.js';
import { LOCAL_SITE, NOT_APPLYING } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { eventValueOf, eventVersion, log } from './table.js';

/*
 * Local writes as events: one INSERT into the log for each row that a statement wrote. It needs no parents: they are the
 * heads of the log before it. Versions are those that the clocks have after the write.
 */

/** A row that was inserted, or got `new`'s key, as an event; for the body of a trigger. */
export function logBirth(spec: TableSpec, seq = 'state.seq'): string[] {
  if (!spec.history) return [];
  const versions = spec.clockColumns.map(({ name }) => {
    const x = `${CLOCK}.${cellClock(name)}`;
    return `CASE WHEN ${x} IS NOT NULL THEN ${cellVersionSql(name, `${CLOCK}.`)} END`;
  });
  return [
    insertEvent(spec, {
      row: 'new',
      seq,
      rowVersion: `${CLOCK}.row_version`,
      cells: [
        ...spec.clockColumns.map((column, i) => ({
          column,
          version: versions[i]!,
          value: `new.${quoteName(column.name)}`,
        })),
        ...spec.cellColumns.map((column) => ownCell(spec, column)),
      ],
    }),
  ];
}

/** A row that was deleted under `old`'s key. */
export function logDeath(spec: TableSpec): string[] {
  if (!spec.history) return [];
  return [insertEvent(spec, { row: 'old', seq: 'state.seq', rowVersion: undefined, cells: [] })];
}

/**
 * One event for all cells that an update changed. SQLite runs it after those that stamp the cells, which are made later.
 */
export function logTriggers(spec: TableSpec): TriggerSql[] {
  const columns = replicatedColumns(spec);
  if (!spec.history || columns.length === 0) return [];
  const written = [
    ...spec.clockColumns.map((column) => {
      const isWritten = isWrite(column);
      return {
        column,
        isWritten,
        // The stamp of the write begins with the version.
        version: block`CASE WHEN ${isWritten} THEN ${CLOCK}.row_version + ${CLOCK}.${cellClock(column.name)} END`,
        value: writtenValue(column, isWritten),
      };
    }),
    ...spec.cellColumns.map((column) => {
      const { version, value } = ownCell(spec, column);
      const isWritten = isCellWrite(spec, column);
      return {
        column,
        isWritten,
        version: block`CASE WHEN ${isWritten} THEN ${version} END`,
        value: block`CASE WHEN ${isWritten} THEN ${value} END`,
      };
    }),
  ];
  return [
    triggerSql(spec, 'log', {
      comment: 'the cells of an update as one event',
      on: `AFTER UPDATE OF ${columns.map(({ name }) => quoteName(name)).join(', ')} ON ${quoteName(spec.name)}`,
      when: [
        NOT_APPLYING,
        isSameKey(spec),
        block`(
          ${any(written.map(({ isWritten }) => isWritten))}
        )`,
      ],
      body: [
        insertEvent(spec, { row: 'new', seq: 'state.seq', rowVersion: undefined, cells: written }),
      ],
    }),
  ];
}

/** SQL of what an update wrote to a cell; NULL if it did not. The shorter it is, the faster is each statement compiled. */
function writtenValue(column: ReplicatedColumnSpec, isWritten: Fragment): Fragment {
  const name = quoteName(column.name);
  return clockTypeOf(column).isWrite === undefined
    ? `nullif(new.${name} COLLATE BINARY, old.${name})`
    : block`CASE WHEN ${isWritten} THEN new.${name} END`;
}

/** SQL condition: an update wrote the cell. A write that was undone is none. */
function isWrite(column: ReplicatedColumnSpec): Fragment {
  const name = quoteName(column.name);
  return clockTypeOf(column).isWrite?.(column, `old.${name}`, `new.${name}`) ?? hasChanged(column);
}

/**
 * Some types take an update for a write that changes nothing which is shown: then this site's cell is newer than the last event
 * of the row.
 */
function isCellWrite(spec: TableSpec, column: ReplicatedColumnSpec): Fragment {
  const changed = hasChanged(column);
  if (cellTypeOf(column).isAlsoWrite === undefined) return changed;
  const ofRow = clockKeys(spec).map(
    (key, i) => `last.${key} = new.${quoteName(spec.key[i]!.name)}`,
  );
  return block`
    (
      ${changed}
      OR EXISTS (
        SELECT 1 FROM ${cells(spec)} AS x
        WHERE ${isOwnCell(spec, column)} AND NOT EXISTS (
          SELECT 1 FROM ${log(spec)} AS last
          WHERE ${ofRow.join(' AND ')} AND last.arrived >= x.db_version AND (last.arrived > x.db_version OR last.seq >= x.seq)
        )
      )
    )`;
}

const isOwnCell = (spec: TableSpec, { name }: ReplicatedColumnSpec) =>
  [
    ...spec.key.map((key) => `x.${quoteName(keyOf(key.name))} = new.${quoteName(key.name)}`),
    `x.column_name = ${quoteText(name)}`,
    `x.site = ${LOCAL_SITE}`,
  ].join(' AND ');

interface LoggedCell {
  readonly column: ReplicatedColumnSpec;
  /** SQL. */
  readonly version: Fragment;
  readonly value: Fragment;
}

/** This site's own cell, for columns that have one per site. */
function ownCell(spec: TableSpec, column: ReplicatedColumnSpec): LoggedCell {
  const of = (what: string) =>
    `(SELECT x.${what} FROM ${cells(spec)} AS x WHERE ${isOwnCell(spec, column)})`;
  return { column, version: of('version'), value: of('value') };
}

interface EventOfRow {
  readonly row: 'new' | 'old';
  /** SQL. */
  readonly seq: string;
  readonly rowVersion: string | undefined;
  readonly cells: readonly LoggedCell[];
}

function insertEvent(spec: TableSpec, { row, seq, rowVersion, cells }: EventOfRow): string {
  const columns = [
    ...clockKeys(spec),
    ...['arrived', 'site', 'seq', 'time', 'causal_length'],
    ...(rowVersion === undefined ? [] : ['row_version']),
    ...cells.flatMap(({ column: { name } }) => [eventVersion(name), eventValueOf(name)]),
  ];
  const values: Fragment[] = [
    ...spec.key.map(({ name }) => `${row}.${quoteName(name)}`),
    ...['state.db_version', 'state.site', seq, NOW_MS, `${CLOCK}.causal_length`],
    ...(rowVersion === undefined ? [] : [rowVersion]),
    ...cells.flatMap(({ version, value }) => [version, value]),
  ];
  return statementText`
    INSERT INTO ${log(spec)} (
      ${list(columns)}
    )
    SELECT
      ${list(values)}
    FROM ${STATE}, ${clock(spec)} AS ${CLOCK}
    WHERE ${sameRow(spec, CLOCK, row)}`;
}
