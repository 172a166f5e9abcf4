import { affinityOf, type ColumnSpec, type TableSpec } from '../schema/table-spec.js';
import { SQL_FORMAT } from './bookkeeping.js';
import { cellColumns } from './clock-table.js';
import { clockTable, keyOf, STATE_TABLE, trigger } from './names.js';
import { quoteName } from './quote.js';

/*
 * The triggers that stamp local writes. Each row written takes a block of `width` seqs: the first is
 * the sentinel's, the others are the columns' in order. Inside a pinned transaction (tx = 1) the
 * blocks follow each other in one db_version; outside, each row written takes a db_version.
 */

/** A named trigger and its whole text; a drift check compares the text with sqlite_master. */
export interface TriggerSql {
  readonly name: string;
  readonly sql: string;
}

// While changes are applied the merge gate writes the clocks itself.
const NOT_APPLYING = `(SELECT applying FROM ${STATE_TABLE}) = 0`;

export function writeTriggers(spec: TableSpec): TriggerSql[] {
  return [
    insertTrigger(spec),
    ...(spec.columns.length > 0 ? [stampTrigger(spec)] : []),
    ...spec.columns.map((_, i) => updateTrigger(spec, i)),
    keyChangeTrigger(spec),
    deleteTrigger(spec),
  ];
}

function insertTrigger(spec: TableSpec): TriggerSql {
  return build(spec, 'insert', 'AFTER INSERT', NOT_APPLYING, [
    takeSeqs(spec),
    bornRow(spec, {
      versions: { row: '1', cells: spec.columns.map(() => 'NULL') },
      // Only a table without cells needs a sentinel to tell its rows to others.
      sentinel: spec.columns.length === 0,
      onConflict: rewrittenRow(spec),
    }),
  ]);
}

/** Takes db_version and seqs once per row, before the per-column triggers use them. */
function stampTrigger(spec: TableSpec): TriggerSql {
  const changed = spec.columns.map((column) => changedSql(column)).join(' OR ');
  const when = `${NOT_APPLYING} AND ${sameKey(spec)} AND (${changed})`;
  return build(spec, 'stamp', `BEFORE UPDATE OF ${names(spec.columns)}`, when, [takeSeqs(spec)]);
}

/** One small trigger per column: SQLite compiles only those of the columns that a statement sets. */
function updateTrigger(spec: TableSpec, index: number): TriggerSql {
  const column = spec.columns[index]!;
  const [v, d, s, q] = cellColumns(column.name);
  const when = `${changedSql(column)} AND ${NOT_APPLYING} AND ${sameKey(spec)}`;
  return build(spec, `update_${column.name}`, `AFTER UPDATE OF ${quoteName(column.name)}`, when, [
    `UPDATE ${clock(spec)} SET (dbv, ${v}, ${d}, ${s}, ${q}) = (SELECT db_version, ${nextVersion(v)}, db_version, site, ${columnSeq(spec, index)} FROM ${STATE_TABLE}) WHERE ${clockKeyIs(spec, 'new')}`,
  ]);
}

/**
 * A changed key is a delete of the old row and a create of the new one. The cells move with their
 * versions and are stamped anew, so that peers who have seen the old row get them (cr-sqlite moves
 * them without a stamp, and its peers never do).
 */
function keyChangeTrigger(spec: TableSpec): TriggerSql {
  const when = `${NOT_APPLYING} AND NOT (${sameKey(spec)})`;
  const moved = spec.columns.map((column) => {
    const [v] = cellColumns(column.name);
    return `max(ifnull(o.${v}, o.v0), 0) + (${changedSql(column)})`;
  });
  return build(spec, 'key', `AFTER UPDATE OF ${names(spec.key)}`, when, [
    takeSeqs(spec),
    bornRow(spec, {
      versions: { row: '1', cells: moved },
      sentinel: true,
      from: `${STATE_TABLE}, ${clock(spec)} AS o WHERE ${clockKeyIs(spec, 'old', 'o.')}`,
      onConflict: [
        ...rowStamp(),
        ...sentinelStamp(),
        'cl = cl + 1 + cl % 2',
        ...spec.columns.flatMap((column) => {
          const [v, d, s, q] = cellColumns(column.name);
          return [`${v} = excluded.${v}`, `${d} = NULL`, `${s} = NULL`, `${q} = NULL`];
        }),
      ],
    }),
    // The old row's block lies in the same db_version: no page shows one row without the other.
    `UPDATE ${STATE_TABLE} SET seq = seq + ${seqWidth(spec)}`,
    deadRow(spec),
  ]);
}

function deleteTrigger(spec: TableSpec): TriggerSql {
  return build(spec, 'delete', 'AFTER DELETE', NOT_APPLYING, [takeSeqs(spec), deadRow(spec)]);
}

interface BornRow {
  /** SQL of the versions of the row and of each cell; NULL inherits the row's. */
  readonly versions: { readonly row: string; readonly cells: readonly string[] };
  readonly sentinel: boolean;
  readonly from?: string;
  /** Assignments for a key that has a clock row already. */
  readonly onConflict: readonly string[];
}

/** The clock row of a base row that this site just created under `new`'s key. */
function bornRow(spec: TableSpec, row: BornRow): string {
  const columns = [
    ...clockKeys(spec),
    ...['cl', 'dbv', 'v0', 'd0', 's0', 'q0', 'dl', 'sl', 'ql'],
    ...spec.columns.map((column) => cellColumns(column.name)[0]),
  ];
  const stamp = `db_version, site, ${sentinelSeq(spec)}`;
  const values = [
    ...keyValues(spec, 'new'),
    '1',
    'db_version',
    row.versions.row,
    'db_version, site',
    columnSeq(spec, 0),
    row.sentinel ? stamp : 'NULL, NULL, NULL',
    ...row.versions.cells,
  ];
  return `INSERT INTO ${clock(spec)} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${row.from ?? `${STATE_TABLE} WHERE true`} ON CONFLICT (${clockKeys(spec).join(', ')}) DO UPDATE SET ${row.onConflict.join(', ')}`;
}

/**
 * An insert over a clock row: after a delete the row comes to life again (cl turns odd, which its
 * sentinel tells); over a living row (INSERT OR REPLACE) every cell's version rises, and cl by 2
 * where a sentinel is stored, as in cr-sqlite.
 */
function rewrittenRow(spec: TableSpec): string[] {
  const told = 'cl % 2 = 0 OR ql IS NOT NULL';
  return [
    ...rowStamp('max(v0, 0) + 1'),
    `dl = CASE WHEN ${told} THEN excluded.d0 END`,
    `sl = CASE WHEN ${told} THEN excluded.s0 END`,
    `ql = CASE WHEN ${told} THEN excluded.q0 - 1 END`,
    'cl = CASE WHEN cl % 2 = 0 THEN cl + 1 WHEN ql IS NOT NULL THEN cl + 2 ELSE cl END',
    ...spec.columns.flatMap((column) => {
      const [v, d, s, q] = cellColumns(column.name);
      return [`${v} = max(${v}, 0) + 1`, `${d} = NULL`, `${s} = NULL`, `${q} = NULL`];
    }),
  ];
}

/** The clock row of a base row that this site just deleted: `old`'s key, no cells, an even cl. */
function deadRow(spec: TableSpec): string {
  const forget = spec.columns.flatMap((column) =>
    cellColumns(column.name).map((name) => `${name} = NULL`),
  );
  return `INSERT INTO ${clock(spec)} (${clockKeys(spec).join(', ')}, cl, dbv, v0, dl, sl, ql) SELECT ${keyValues(spec, 'old').join(', ')}, 2, db_version, -1, db_version, site, ${sentinelSeq(spec)} FROM ${STATE_TABLE} WHERE true ON CONFLICT (${clockKeys(spec).join(', ')}) DO UPDATE SET ${[
    // `cl | 1`: a row that was written while triggers were missing may be alive under an even cl.
    'cl = (cl | 1) + 1',
    'dbv = excluded.dbv',
    ...['v0 = -1', 'd0 = NULL', 's0 = NULL', 'q0 = NULL'],
    ...sentinelStamp(),
    ...forget,
  ].join(', ')}`;
}

const rowStamp = (version = 'excluded.v0') => [
  `v0 = ${version}`,
  'dbv = excluded.dbv',
  'd0 = excluded.d0',
  's0 = excluded.s0',
  'q0 = excluded.q0',
];
const sentinelStamp = () => ['dl = excluded.dl', 'sl = excluded.sl', 'ql = excluded.ql'];

/** The width of the block of seqs that one written row takes. */
export const seqWidth = (spec: TableSpec) => spec.columns.length + 1;

/** Takes a block of seqs, and a db_version where the transaction is not pinned to one. */
function takeSeqs(spec: TableSpec): string {
  return `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 - tx, seq = tx * (seq + 1) + ${spec.columns.length}`;
}
const sentinelSeq = (spec: TableSpec) => `seq - ${spec.columns.length}`;
const columnSeq = (spec: TableSpec, index: number) => `seq - ${spec.columns.length - 1 - index}`;

const clock = (spec: TableSpec) => quoteName(clockTable(spec.name));
const clockKeys = (spec: TableSpec) => spec.key.map((column) => quoteName(keyOf(column.name)));
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
const nextVersion = (v: string) => `max(ifnull(${v}, v0), 0) + 1`;

/** Only a value that really changed raises a version. */
function changedSql({ name, sqlType }: ColumnSpec): string {
  const [before, after] = [`old.${quoteName(name)}`, `new.${quoteName(name)}`];
  const differs = `${before} IS NOT ${after}`;
  // A column without affinity keeps 1 and 1.0 apart, which are equal to IS.
  if (affinityOf(sqlType) !== 'blob') return differs;
  return `(${differs} OR typeof(${before}) <> typeof(${after}))`;
}

function build(
  spec: TableSpec,
  event: string,
  timing: string,
  when: string,
  statements: readonly string[],
): TriggerSql {
  const name = trigger(spec.name, event);
  const body = statements.map((statement) => `  ${statement};`).join('\n');
  return {
    name,
    sql: `CREATE TRIGGER ${quoteName(name)} ${timing} ON ${quoteName(spec.name)} WHEN ${when} BEGIN /* drizzle-crr ${SQL_FORMAT} */\n${body}\nEND`,
  };
}
