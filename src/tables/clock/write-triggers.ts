import { NOW_SQL, nextTimedVersionSql } from '../../columns/lww/timed-version.js';
import { settlesSql, writeCellStatements } from '../../columns/site-cell-writes.js';
import {
  type ColumnSpec,
  isTimed,
  type ReplicatedColumnSpec,
  type TableSpec,
} from '../../model/table-spec.js';
import { differsSql } from '../../sql/compare.js';
import { clockTable, keyOf, STATE_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import {
  cellClock,
  cellVersionSql,
  clockKeys,
  DB_VERSION,
  NO_CLOCK,
  stampSql,
} from './clock-table.js';

/*
 * The triggers that stamp local writes. A row that is inserted, deleted or gets another key takes a
 * block of seqs: the first is the sentinel's, the others are the columns' in order. Each cell that
 * an update changes takes a seq. Inside a pinned transaction (tx = 1) they follow each other in one
 * db_version; outside, each such row and each such cell takes a db_version. Readers never see the
 * cells of one statement apart: they find a row by its greatest db_version and take it whole.
 */

// While changes are applied the merge gate writes the clocks itself.
const NOT_APPLYING = `(SELECT applying FROM ${STATE_TABLE}) = 0`;

export function writeTriggers(spec: TableSpec): TriggerSql[] {
  return [
    insertTrigger(spec),
    // SQLite runs the newest trigger first. In the columns' order seqs are those of a row as a whole,
    // which is the shortest way to offer a row all of whose cells were changed.
    ...[...spec.clockColumns.map((_, i) => updateTrigger(spec, i))].reverse(),
    ...spec.cellColumns.map((column) => siteCellTrigger(spec, column)),
    keyChangeTrigger(spec),
    deleteTrigger(spec),
  ];
}

function insertTrigger(spec: TableSpec): TriggerSql {
  return build(spec, 'insert', 'AFTER INSERT', NOT_APPLYING, [
    takeSeqs(spec),
    bornRow(spec, {
      wholeVersion: '1',
      cells: spec.clockColumns.map((column, i) =>
        isTimed(column) ? `(${NOW_SQL} - 1) || ${stampSql(columnSeq(spec, i))}` : 'NULL',
      ),
      // Only a table without cells needs a sentinel to tell its rows to others.
      sentinel: spec.clockColumns.length === 0 ? stampSql(sentinelSeq(spec)) : 'NULL',
      onConflict: rewrittenRow(spec),
    }),
    ...writeSiteCells(spec),
  ]);
}

/** One small trigger per column: SQLite compiles only those of the columns that a statement sets. */
function updateTrigger(spec: TableSpec, index: number): TriggerSql {
  const column = spec.clockColumns[index]!;
  const x = cellClock(column.name);
  // No max(): in a trigger a function call costs more than the rest of the statement.
  const next = isTimed(column)
    ? `${nextTimedVersionSql(cellVersionSql(column.name))} - v0`
    : `CASE ${x} WHEN ${NO_CLOCK} THEN 1 - v0 ELSE ifnull(${x} + 1, 1) END`;
  const when = `${changedSql(column)} AND ${NOT_APPLYING} AND ${sameKey(spec)}`;
  return build(spec, `update_${column.name}`, `AFTER UPDATE OF ${quoteName(column.name)}`, when, [
    TAKE_SEQ,
    `UPDATE ${clock(spec)} SET d0 = ifnull(d0, dbv), (dbv, ${x}) = (SELECT db_version, (${next}) || ${stampSql('seq')} FROM ${STATE_TABLE}) WHERE ${clockKeyIs(spec, 'new')}`,
  ]);
}

/** Brings the own cell of a counter or register to the value written. */
function siteCellTrigger(spec: TableSpec, column: ReplicatedColumnSpec): TriggerSql {
  const when = `${toldSql(spec, column)} AND ${NOT_APPLYING} AND ${sameKey(spec)}`;
  const event = `${column.kind.type}_${column.name}`;
  return build(spec, event, `AFTER UPDATE OF ${quoteName(column.name)}`, when, [
    TAKE_SEQ,
    ...writeCellStatements(spec, column, 'seq'),
    `UPDATE ${clock(spec)} SET d0 = ifnull(d0, dbv), dbv = ${DB_VERSION} WHERE ${clockKeyIs(spec, 'new')}`,
  ]);
}

/** A row that was inserted, or got another key: each site column's own cell. */
function writeSiteCells(spec: TableSpec): string[] {
  return spec.cellColumns.flatMap((column, i) =>
    writeCellStatements(spec, column, siteCellSeq(spec, i)),
  );
}

/** Whether an update of a site column is to be told. */
function toldSql(spec: TableSpec, column: ReplicatedColumnSpec): string {
  const settles = settlesSql(spec, column);
  return settles === undefined ? changedSql(column) : `(${changedSql(column)} OR ${settles})`;
}

/**
 * A changed key is a delete of the old row and a create of the new one. The cells move with their
 * versions and are stamped anew, so that peers who have seen the old row get them (cr-sqlite moves
 * them without a stamp, and its peers never do).
 */
function keyChangeTrigger(spec: TableSpec): TriggerSql {
  const when = `${NOT_APPLYING} AND NOT (${sameKey(spec)})`;
  const moved = spec.clockColumns.map((column) => {
    const version = cellVersionSql(column.name, 'o.');
    if (isTimed(column)) {
      return `CASE WHEN ${changedSql(column)} THEN ${nextTimedVersionSql(version)} WHEN ${version} < 0 THEN 0 ELSE ${version} END`;
    }
    return `CASE WHEN ${version} < 0 THEN 0 ELSE ${version} END + (${changedSql(column)})`;
  });
  return build(spec, 'key', `AFTER UPDATE OF ${names(spec.key)}`, when, [
    takeSeqs(spec),
    bornRow(spec, {
      wholeVersion: '0',
      cells: moved,
      sentinel: stampSql(sentinelSeq(spec)),
      from: `${STATE_TABLE}, ${clock(spec)} AS o WHERE ${clockKeyIs(spec, 'old', 'o.')}`,
      onConflict: [
        'cl = cl + 1 + cl % 2',
        ...rowStamp('0'),
        'l = excluded.l',
        ...cellClocks(spec).map((x) => `${x} = excluded.${x}`),
      ],
    }),
    ...writeSiteCells(spec),
    // The old row's block lies in the same db_version: no page shows one row without the other.
    `UPDATE ${STATE_TABLE} SET seq = seq + ${seqWidth(spec)}`,
    deadRow(spec),
  ]);
}

function deleteTrigger(spec: TableSpec): TriggerSql {
  return build(spec, 'delete', 'AFTER DELETE', NOT_APPLYING, [takeSeqs(spec), deadRow(spec)]);
}

interface BornRow {
  /** SQL of v0, and of each cell's clock. */
  readonly wholeVersion: string;
  readonly cells: readonly string[];
  /** SQL of the sentinel's stamp, or NULL. */
  readonly sentinel: string;
  readonly from?: string;
  /** Assignments for a key that has a clock row already. */
  readonly onConflict: readonly string[];
}

/** The clock row of a base row that this site just created under `new`'s key. */
function bornRow(spec: TableSpec, row: BornRow): string {
  const keys = clockKeys(spec).join(', ');
  // Cells are written out even where they are NULL: a column that was added later has NO_CLOCK for its default.
  const columns = [keys, 'cl, dbv, v0, s0, q0, l', ...cellClocks(spec)].join(', ');
  const values = [
    ...keyValues(spec, 'new'),
    `1, db_version, ${row.wholeVersion}, site, ${columnSeq(spec, 0)}`,
    row.sentinel,
    ...row.cells,
  ].join(', ');
  const from = row.from ?? `${STATE_TABLE} WHERE true`;
  return `INSERT INTO ${clock(spec)} (${columns}) SELECT ${values} FROM ${from} ON CONFLICT (${keys}) DO UPDATE SET ${row.onConflict.join(', ')}`;
}

/**
 * An insert over a clock row: after a delete the row comes to life again (cl turns odd, which its
 * sentinel tells); over a living row (INSERT OR REPLACE) every cell's version rises, and cl by 2
 * where a sentinel is stored, as in cr-sqlite.
 */
function rewrittenRow(spec: TableSpec): string[] {
  return [
    // A dead row always has a sentinel.
    `l = CASE WHEN l IS NOT NULL THEN '@' || excluded.dbv || ':' || excluded.s0 || ':' || (excluded.q0 - 1) END`,
    'cl = CASE WHEN l IS NULL THEN cl ELSE cl + 1 + cl % 2 END',
    ...rowStamp('v0 + 1'),
    ...spec.clockColumns.map((column, i) => {
      const x = cellClock(column.name);
      if (!isTimed(column)) return `${x} = CASE ${x} WHEN ${NO_CLOCK} THEN NULL ELSE ${x} END`;
      const next = nextTimedVersionSql(cellVersionSql(column.name));
      return `${x} = (${next} - v0 - 1) || '@' || excluded.dbv || ':' || excluded.s0 || ':' || (excluded.q0 + ${i})`;
    }),
  ];
}

/** The clock row of a base row that this site just deleted: `old`'s key, no cells, an even cl. */
function deadRow(spec: TableSpec): string {
  const assignments = [
    // `cl | 1`: a row that was written while triggers were missing may be alive under an even cl.
    'cl = (cl | 1) + 1',
    `(dbv, l) = (SELECT db_version, ${stampSql(sentinelSeq(spec))} FROM ${STATE_TABLE})`,
    ...['v0 = 0', 'd0 = NULL', 's0 = NULL', 'q0 = NULL'],
    ...cellClocks(spec).map((x) => `${x} = NULL`),
  ];
  return `UPDATE ${clock(spec)} SET ${assignments.join(', ')} WHERE ${clockKeyIs(spec, 'old')}`;
}

/** Stamps the row as written as a whole now. */
const rowStamp = (wholeVersion: string) => [
  'dbv = excluded.dbv',
  `v0 = ${wholeVersion}`,
  'd0 = NULL',
  's0 = excluded.s0',
  'q0 = excluded.q0',
];

/** Takes one seq, and a db_version where the transaction is not pinned to one. */
const TAKE_SEQ = `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 - tx, seq = tx * (seq + 1)`;

/** The width of the block of seqs that one row takes. */
export const seqWidth = (spec: TableSpec) => written(spec).length + 1;

/** Takes a block of seqs, and a db_version where the transaction is not pinned to one. */
function takeSeqs(spec: TableSpec): string {
  return `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 - tx, seq = tx * (seq + 1) + ${written(spec).length}`;
}
const sentinelSeq = (spec: TableSpec) => `seq - ${written(spec).length}`;
const columnSeq = (spec: TableSpec, index: number) => `seq - ${written(spec).length - 1 - index}`;
const siteCellSeq = (spec: TableSpec, index: number) =>
  columnSeq(spec, spec.clockColumns.length + index);
const written = (spec: TableSpec) => [...spec.clockColumns, ...spec.cellColumns];

const clock = (spec: TableSpec) => quoteName(clockTable(spec.name));
const cellClocks = (spec: TableSpec) => spec.clockColumns.map(({ name }) => cellClock(name));
const keyValues = (spec: TableSpec, row: string) =>
  spec.key.map((column) => `${row}.${quoteName(column.name)}`);
const clockKeyIs = (spec: TableSpec, row: string, alias = '') =>
  spec.key
    .map((column) => `${alias}${quoteName(keyOf(column.name))} = ${row}.${quoteName(column.name)}`)
    .join(' AND ');
const sameKey = (spec: TableSpec) =>
  spec.key.map(({ name }) => `old.${quoteName(name)} IS new.${quoteName(name)}`).join(' AND ');
const names = (columns: readonly ColumnSpec[]) =>
  columns.map((column) => quoteName(column.name)).join(', ');

/** Only a value that really changed raises a version. */
const changedSql = (column: ColumnSpec) =>
  differsSql(column, `old.${quoteName(column.name)}`, `new.${quoteName(column.name)}`);

function build(
  spec: TableSpec,
  event: string,
  timing: string,
  when: string,
  statements: readonly string[],
): TriggerSql {
  return triggerSql(spec, event, `${timing} ON ${quoteName(spec.name)} WHEN ${when}`, statements);
}
