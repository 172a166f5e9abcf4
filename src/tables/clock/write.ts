import {
  type ColumnSpec,
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../../model/table-spec.js';
import { differsSql } from '../../sql/compare.js';
import { block, type Fragment, list, statementText } from '../../sql/layout.js';
import { STATE_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { NO_CLOCK, stampSql } from './clock.js';
import { cellClock, clock, clockKeys, sameRow } from './table.js';

/*
 * What the triggers that stamp local writes share, one file per event: on-insert.ts, on-update.ts,
 * on-key-change.ts, on-delete.ts. A row that is inserted, deleted or gets another key takes a block of
 * seqs: the first is the sentinel's, the others are the columns' in order. Each cell that an update
 * changes takes a seq. Inside a pinned transaction (in_transaction = 1) they follow each other in one
 * db_version; outside, each such row and each such cell takes a db_version. Readers never see the cells
 * of one statement apart: they find a row by its greatest db_version and take it whole.
 */

/** The width of the block of seqs that one row takes. */
export const seqWidth = (spec: TableSpec) => replicatedColumns(spec).length + 1;

/** Takes one seq, and a db_version if the transaction is not pinned to one. */
export const TAKE_SEQ = block`
  UPDATE ${STATE_TABLE}
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1)`;

/** Takes a block of seqs, and a db_version if the transaction is not pinned to one. */
export function takeSeqs(spec: TableSpec): Fragment {
  return block`
    UPDATE ${STATE_TABLE}
    SET
      db_version = db_version + 1 - in_transaction,
      seq = in_transaction * (seq + 1) + ${seqWidth(spec) - 1}`;
}

export const sentinelSeq = (spec: TableSpec) => `state.seq - ${seqWidth(spec) - 1}`;
/** @param index among all replicated columns. */
export const columnSeq = (spec: TableSpec, index: number) =>
  `state.seq - ${seqWidth(spec) - 2 - index}`;

/** A stamp of a local write; `seq` is SQL. To be selected from {@link STATE}. */
export const localStampSql = (seq: string) =>
  stampSql('state.db_version', 'state.site', `(${seq})`);

/** What stamps and seqs are selected from. */
export const STATE = `${STATE_TABLE} AS state`;

export interface BornRow {
  /** SQL of row_version, and of each cell's clock. */
  readonly rowVersion: string;
  readonly cells: readonly Fragment[];
  /** SQL of the sentinel's stamp, or NULL. */
  readonly sentinel: string;
  /** Besides crr_state. */
  readonly from?: Fragment;
  /** Assignments for a key that has a clock row already. */
  readonly onConflict: readonly Fragment[];
}

/**
 * The clock row of a base row that this site just created under `new`'s key. Once tombstones were forgotten its life may
 * not be the row's first one.
 */
export function bornRow(spec: TableSpec, row: BornRow): string {
  const keys = clockKeys(spec);
  const columns = [
    ...keys,
    ...['causal_length', 'db_version', 'row_version', 'row_site', 'row_seq', 'sentinel'],
    // Cells are written out even if they are NULL: a column that was added later has NO_CLOCK for its default.
    ...cellClocks(spec),
  ];
  const values = [
    ...spec.key.map(({ name }) => `new.${quoteName(name)}`),
    ...[
      'state.birth',
      'state.db_version',
      row.rowVersion,
      'state.site',
      columnSeq(spec, 0),
      row.sentinel,
    ],
    ...row.cells,
  ];
  return statementText`
    INSERT INTO ${clock(spec)} (
      ${list(columns)}
    )
    SELECT
      ${list(values)}
    FROM ${row.from ?? `${STATE} WHERE true`}
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET
      ${list(row.onConflict)}`;
}

/**
 * The clock row of a base row that this site just deleted: no cells, an even causal length.
 *
 * @param where which clock row. Default: that of `old`'s key.
 */
export function deadRow(spec: TableSpec, where: Fragment = sameRow(spec, '', 'old')): string {
  const assignments = [
    // `| 1`: a row that was written while triggers were missing may be alive under an even causal length.
    'causal_length = (causal_length | 1) + 1',
    `(db_version, sentinel) = (SELECT state.db_version, ${localStampSql(sentinelSeq(spec))} FROM ${STATE})`,
    'row_version = 0',
    'row_db_version = NULL',
    'row_site = NULL',
    'row_seq = NULL',
    ...cellClocks(spec).map((x) => `${x} = NULL`),
  ];
  return statementText`
    UPDATE ${clock(spec)}
    SET
      ${list(assignments)}
    WHERE ${where}`;
}

/** The causal length of a life that begins over a clock row: greater than the row's, and that of a new row at least. */
export const NEXT_LIFE = 'max(causal_length + 1 + causal_length % 2, excluded.causal_length)';

/** Stamps the row as written as a whole now. */
export const rowStamp = (rowVersion: string) => [
  'db_version = excluded.db_version',
  `row_version = ${rowVersion}`,
  'row_db_version = NULL',
  'row_site = excluded.row_site',
  'row_seq = excluded.row_seq',
];

/** The next clock of a cell whose versions count writes. */
export const nextCount = (x: string) =>
  `CASE ${x} WHEN ${NO_CLOCK} THEN 1 - row_version ELSE ifnull(${x} + 1, 1) END`;

export const cellClocks = (spec: TableSpec) => spec.clockColumns.map(({ name }) => cellClock(name));

export const isSameKey = (spec: TableSpec) =>
  spec.key.map(({ name }) => `old.${quoteName(name)} IS new.${quoteName(name)}`).join(' AND ');

/** Only a value that really changed raises a version. */
export const hasChanged = (column: ColumnSpec | ReplicatedColumnSpec) =>
  differsSql(column, `old.${quoteName(column.name)}`, `new.${quoteName(column.name)}`);
