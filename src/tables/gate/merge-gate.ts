import { requiredColumns, type TableSpec } from '../../model/table-spec.js';
import { greaterSql } from '../../sql/compare.js';
import { clockTable, keyOf, mergeGate } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import {
  cellClock,
  cellVersionSql,
  clockKeys,
  clockRowid,
  columnType,
} from '../clock/clock-table.js';
import { pendingUpsert } from '../pending/pending.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { offeredCell, offeredColumns } from './offer.js';

/*
 * The merge gate: a table that never holds a row. A BEFORE INSERT trigger merges the row offered
 * and ends with RAISE(IGNORE). One row offered is everything that a batch says of one base row:
 *
 *     k_<key>                  its key
 *     cl                       causal length of everything below
 *     l                        origin of its sentinel, NULL = none offered
 *     v0, s0, q0               version, site ordinal, first seq of a row offered as a whole: every
 *                              cell has that version and site, and seqs go up in column order;
 *                              v0 = -1 where the cells are offered alone
 *     c_<column>               a cell's value
 *     v_<column>, o_<column>   version and origin of a cell offered alone, NULL = not offered
 *     pk                       the packed key, for a row that may have to wait
 *     dbv                      the db_version that stamps what wins
 *     way, at                  what the offering statement found: 'fresh' = no clock has this key;
 *                              'newer' = every cell is newer than those of the clock at rowid `at`,
 *                              in the same life; NULL = the gate has to look
 *
 * An origin is the text `site:seq`. One trigger merges a row: for every row one WHEN holds.
 */

/** The gate's table. Its columns have the base columns' types: affinity works on what is offered. */
export function gateTableStatement(spec: TableSpec): string {
  const columns = [
    ...spec.key.map((column, i) => `${clockKeys(spec)[i]} ${columnType(column)}`),
    'cl DEFAULT 1, l, v0 DEFAULT -1, s0, q0',
    ...spec.clockColumns.map((column) => {
      const [value, version, origin] = offeredColumns(column.name);
      return `${value} ${columnType(column)}, ${version}, ${origin}`;
    }),
    'pk, dbv, way, at',
  ];
  return `CREATE TABLE IF NOT EXISTS ${quoteName(mergeGate(spec.name))} (\n  ${columns.join(',\n  ')}\n)`;
}

export function gateTriggers(spec: TableSpec): TriggerSql[] {
  const required = requiredColumns(spec);
  const looks = 'new.way IS NULL';
  const alive = 'new.cl % 2 = 1';
  const known = `EXISTS (SELECT 1 FROM ${clock(spec)} WHERE ${clockKeyIs(spec)})`;
  const present = `EXISTS (SELECT 1 FROM ${base(spec)} WHERE ${baseKeyIs(spec)})`;
  const offered = required.map(
    (column) => `${offeredCell(spec, spec.clockColumns.indexOf(column)).version} >= 0`,
  );
  // A row may be created where all its NOT NULL cells are offered, or it is there already.
  const possible = required.length === 0 ? [] : [`(${offered.join(' AND ')} OR ${present})`];
  const fresh = `new.way = 'fresh'`;
  const freshCells = [alive, ...possible, `NOT ${known}`].join(' AND ');
  // SQLite runs the newest trigger first: the commonest offers come last here.
  return [
    ...(required.length === 0 ? [] : [earlyGate(spec, [looks, alive, `NOT ${possible[0]}`])]),
    deleteGate(spec),
    mergeGateTrigger(spec, [looks, alive, ...possible, known]),
    freshGate(spec, 'cells', [
      'new.v0 < 0',
      `CASE WHEN ${looks} THEN ${freshCells} ELSE ${fresh} END`,
    ]),
    ...(spec.clockColumns.length > 0
      ? [
          newerGate(spec, 'cells'),
          newerGate(spec, 'whole'),
          freshGate(spec, 'whole', [
            'new.v0 > 0',
            `CASE WHEN ${looks} THEN ${alive} AND NOT ${known} ELSE ${fresh} END`,
          ]),
        ]
      : []),
  ];
}

/** A delete that is newer than the row: the row goes, its cells' clocks with it. */
function deleteGate(spec: TableSpec): TriggerSql {
  const assignments = [
    'cl = excluded.cl',
    'dbv = excluded.dbv',
    'v0 = 0',
    // Tells the report of an apply that a living row went.
    'd0 = CASE WHEN cl % 2 = 1 THEN excluded.dbv END',
    ...['s0 = NULL', 'q0 = NULL', 'l = excluded.l'],
    ...spec.clockColumns.map(({ name }) => `${cellClock(name)} = NULL`),
  ];
  return build(
    spec,
    'merge_delete',
    ['new.cl % 2 = 0'],
    [
      `DELETE FROM ${base(spec)} WHERE ${baseKeyIs(spec)} AND ${besideBase(spec, 'new.cl')} > ifnull((SELECT cl FROM ${clock(spec)} WHERE ${clockKeyIs(spec)}), 0)`,
      `INSERT INTO ${clock(spec)} (${clockKeys(spec)}, cl, dbv, v0, l) VALUES (${newKeys(spec)}, new.cl, new.dbv, 0, ${SENTINEL_STAMP}) ON CONFLICT (${clockKeys(spec)}) DO UPDATE SET ${assignments.join(', ')} WHERE excluded.cl > cl`,
    ],
  );
}

/** A row of which this database has never heard: nothing to compare, two plain inserts. */
function freshGate(spec: TableSpec, offer: 'whole' | 'cells', when: string[]): TriggerSql {
  const cells = spec.clockColumns.map((_, i) => {
    if (offer === 'whole') return 'NULL';
    const { version, origin } = offeredCell(spec, i);
    return `CASE WHEN ${version} >= 0 THEN ${version} || ${stampAt(origin)} END`;
  });
  const columns = [
    ...clockKeys(spec),
    'cl, dbv, v0, s0, q0, l',
    ...spec.clockColumns.map(({ name }) => cellClock(name)),
  ].join(', ');
  const values = [
    newKeys(spec),
    `new.cl, new.dbv, ${offer === 'whole' ? 'new.v0' : '0'}, new.s0, new.q0`,
    SENTINEL_STAMP,
    ...cells,
  ].join(', ');
  return build(spec, `merge_fresh_${offer}`, when, [
    `INSERT INTO ${clock(spec)} (${columns}) VALUES (${values})`,
    // OR REPLACE: a base row without a clock was written while triggers were missing; it gives way.
    `INSERT OR REPLACE INTO ${base(spec)} (${baseColumns(spec)}) VALUES (${offeredRow(spec, offer)})`,
  ]);
}

/** Every cell offered is newer than here, in the same life: nothing to compare. */
function newerGate(spec: TableSpec, offer: 'whole' | 'cells'): TriggerSql {
  const clocks = spec.clockColumns.map(({ name }) => {
    const x = cellClock(name);
    if (offer === 'whole') return `${x} = NULL`;
    const [, version, origin] = offeredColumns(name).map((column) => `new.${column}`);
    return `${x} = CASE WHEN ${version} IS NULL THEN ${x} ELSE (${version} - v0) || ${stampAt(origin!)} END`;
  });
  const values = spec.clockColumns.map(({ name }) => {
    const [value, version] = offeredColumns(name).map((column) =>
      besideBase(spec, `new.${column}`),
    );
    const column = quoteName(name);
    return `${column} = ${offer === 'whole' ? value : `CASE WHEN ${version} IS NULL THEN ${column} ELSE ${value} END`}`;
  });
  const row =
    offer === 'whole'
      ? // d0 though it equals dbv: NULL would tell the report of an apply that the row is new.
        ['d0 = new.dbv', 'v0 = new.v0', 's0 = new.s0', 'q0 = new.q0']
      : [`d0 = ${keepsBirth()}`];
  return build(
    spec,
    `merge_newer_${offer}`,
    [`new.v0 ${offer === 'whole' ? '>' : '<'} 0`, `new.way = 'newer'`],
    [
      `UPDATE ${clock(spec)} SET ${[...row, 'dbv = new.dbv', ...clocks].join(', ')} WHERE ${clockRowid(spec)} = new.at`,
      `UPDATE ${base(spec)} SET ${values.join(', ')} WHERE ${baseKeyIs(spec)}`,
    ],
  );
}

/** The general case: a row with a clock, alive or dead. */
function mergeGateTrigger(spec: TableSpec, when: string[]): TriggerSql {
  const k = `${clock(spec)}.`;
  const cells = spec.clockColumns.map(({ name }, i) => {
    const x = k + cellClock(name);
    const { version, origin } = offeredCell(spec, i);
    const won = `(${version} - w.v0) || ${stampAt(origin)}`;
    // A greater cl resets the cells of the row's former life to version 0; they keep their values.
    const reset = `new.cl > ${k}cl AND ${cellVersionSql(name, k)} >= 0`;
    return `${cellClock(name)} = CASE WHEN w.w${i} THEN ${won} WHEN ${reset} THEN ${RESET} || ${SENTINEL_STAMP} ELSE ${x} END`;
  });
  const wins = spec.clockColumns.map((_, i) => `${winsSql(spec, i)} AS w${i}`);
  // LIMIT keeps SQLite from copying each comparison to every place that uses its result.
  const comparison = `(SELECT ${[
    'CASE WHEN new.cl > k.cl THEN 0 ELSE k.v0 END AS v0',
    ...wins,
  ].join(
    ', ',
  )} FROM ${clock(spec)} AS k LEFT JOIN ${base(spec)} AS b ON ${baseKeyIs(spec, 'b')} WHERE ${clockKeyIs(spec, 'k')} AND k.cl <= new.cl LIMIT 1)`;
  const somethingWins = [`new.cl > ${k}cl`, ...spec.clockColumns.map((_, i) => `w.w${i}`)].join(
    ' OR ',
  );
  const values = spec.clockColumns.map(({ name }, i) => {
    const cell = offeredCell(spec, i);
    const [version, origin, value] = [cell.version, cell.origin, cell.value].map((sql) =>
      besideBase(spec, sql),
    );
    const won = `${version} >= 0 AND ${K}.${cellClock(name)} = (${version} - ${K}.v0) || ${stampAt(origin!, `${K}.dbv`)}`;
    return `${quoteName(name)} = CASE WHEN ${won} THEN ${value} ELSE ${base(spec)}.${quoteName(name)} END`;
  });
  const touched = (k: string) =>
    `${k}.cl = ${besideBase(spec, 'new.cl')} AND ${k}.dbv = ${besideBase(spec, 'new.dbv')}`;
  return build(spec, 'merge', when, [
    // The clocks first: a tie needs the old value, which the next statement overwrites.
    `UPDATE ${clock(spec)} SET ${[
      'cl = new.cl',
      'dbv = new.dbv',
      'v0 = w.v0',
      // NULL tells the report of an apply that a dead row came back.
      `d0 = CASE WHEN ${k}cl % 2 = 1 THEN ${keepsBirth(k)} END`,
      `l = CASE WHEN new.cl > ${k}cl THEN ${SENTINEL_STAMP} ELSE ${k}l END`,
      ...cells,
    ].join(
      ', ',
    )} FROM ${comparison} AS w WHERE ${clockKeyIs(spec, clock(spec))} AND (${somethingWins})`,
    // A cell was won where its clock now is exactly what was offered.
    ...(values.length === 0
      ? []
      : [
          `UPDATE ${base(spec)} SET ${values.join(', ')} FROM ${clock(spec)} AS ${K} WHERE ${baseKeyIs(spec, base(spec))} AND ${clockKeyIs(spec, K)} AND ${touched(K)}`,
        ]),
    `INSERT INTO ${base(spec)} (${baseColumns(spec)}) SELECT ${offeredRow(spec, 'cells')} FROM ${clock(spec)} AS k WHERE ${clockKeyIs(spec, 'k')} AND ${touched('k')} AND NOT EXISTS (SELECT 1 FROM ${base(spec)} WHERE ${baseKeyIs(spec)})`,
  ]);
}

/** Version 0 in a spelling that no offer has, so that a reset cell never looks like one that was won. */
const RESET = "'-0'";

/** A row that lacks a NOT NULL cell waits for it, unless a later life of it is known already. */
function earlyGate(spec: TableSpec, when: string[]): TriggerSql {
  const isLate = `EXISTS (SELECT 1 FROM ${clock(spec)} WHERE ${clockKeyIs(spec)} AND cl > new.cl)`;
  const keep = (cid: string, value: string, version: string, origin: string, given: string) =>
    pendingUpsert(
      spec.key.length,
      `SELECT ${quoteText(spec.name)}, new.pk, ${quoteText(cid)}, ${value}, ${version}, new.cl, ${origin}, CAST(${origin} AS INTEGER), new.dbv, ${newKeys(spec)} WHERE ${given} AND NOT ${isLate}`,
    );
  return build(spec, 'merge_early', when, [
    keep('-1', 'NULL', 'new.cl', 'new.l', 'new.l IS NOT NULL'),
    ...spec.clockColumns.map(({ name }, i) => {
      const { value, version, origin } = offeredCell(spec, i);
      return keep(name, value, version, origin, `${version} >= 0`);
    }),
  ]);
}

/**
 * Whether the offered cell beats the local one, of clock row `k` and base row `b`: greater version,
 * then greater value. A greater cl first resets the local cell to version 0, as its sentinel alone
 * would.
 */
function winsSql(spec: TableSpec, index: number): string {
  const { name } = spec.clockColumns[index]!;
  const { value, version } = offeredCell(spec, index);
  const local = `min(${cellVersionSql(name, 'k.')}, CASE WHEN new.cl > k.cl THEN 0 ELSE ${Number.MAX_SAFE_INTEGER} END)`;
  const tie = greaterSql(value, `b.${quoteName(name)}`);
  return `${version} >= 0 AND 2 * (${version} - ${local}) + ${tie} > 0`;
}

/** The offered values, defaults standing in for what is not offered. */
function offeredRow(spec: TableSpec, offer: 'whole' | 'cells'): string {
  const values = spec.clockColumns.map(({ default: fallback }, i) => {
    const { value, version } = offeredCell(spec, i);
    if (offer === 'whole' || fallback === undefined) return value;
    return `CASE WHEN ${version} >= 0 THEN ${value} ELSE ${fallback} END`;
  });
  return [newKeys(spec), ...values].join(', ');
}

/** A row that is new in this apply, and gets more of it, stays new: its d0 stays NULL. */
const keepsBirth = (k = '') => `ifnull(${k}d0, nullif(${k}dbv, new.dbv))`;

const stampAt = (origin: string, dbVersion = 'new.dbv') =>
  `'@' || ${dbVersion} || ':' || ${origin}`;
/** NULL where no sentinel is offered: concatenation with NULL is NULL. */
const SENTINEL_STAMP = stampAt('new.l');

/** An alias that no user's table can have: one called "k" would be taken for the alias k. */
const K = 'crr_k';
/** Beside a base table called "new", only a query of its own sees the row offered. */
const besideBase = (spec: TableSpec, sql: string) =>
  spec.name.toLowerCase() === 'new' ? `(SELECT ${sql})` : sql;

const clock = (spec: TableSpec) => quoteName(clockTable(spec.name));
const base = (spec: TableSpec) => quoteName(spec.name);
const newKeys = (spec: TableSpec) =>
  clockKeys(spec)
    .map((key) => `new.${key}`)
    .join(', ');
const baseColumns = (spec: TableSpec) =>
  [...spec.key, ...spec.clockColumns].map(({ name }) => quoteName(name)).join(', ');
const baseKeyIs = (spec: TableSpec, alias?: string) =>
  spec.key
    .map(
      ({ name }) =>
        `${alias ? `${alias}.` : ''}${quoteName(name)} = ${besideBase(spec, `new.${quoteName(keyOf(name))}`)}`,
    )
    .join(' AND ');
const clockKeyIs = (spec: TableSpec, alias?: string) =>
  clockKeys(spec)
    .map((key) => `${alias ? `${alias}.` : ''}${key} = ${besideBase(spec, `new.${key}`)}`)
    .join(' AND ');

function build(
  spec: TableSpec,
  event: string,
  when: readonly string[],
  statements: readonly string[],
): TriggerSql {
  const timing = `BEFORE INSERT ON ${quoteName(mergeGate(spec.name))} WHEN ${when.join(' AND ')}`;
  return triggerSql(spec, event, timing, [...statements, 'SELECT RAISE(IGNORE)']);
}
