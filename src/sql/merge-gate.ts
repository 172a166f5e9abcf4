import {
  type ReplicatedColumnSpec,
  requiredColumns,
  type TableSpec,
} from '../schema/table-spec.js';
import { SQL_FORMAT } from './bookkeeping.js';
import { cellColumns, keyType } from './clock-table.js';
import { greaterSql } from './compare.js';
import { cellValueOf, clockTable, keyOf, mergeGate, STATE_TABLE, trigger } from './names.js';
import { pendingUpsert } from './pending.js';
import { quoteName, quoteText as text } from './quote.js';
import type { TriggerSql } from './write-triggers.js';

/*
 * The merge gate: a table that never holds a row. A BEFORE INSERT trigger merges the row offered
 * and ends with RAISE(IGNORE). One row offered is everything that a batch says of one base row:
 *
 *     k_<key>                        its key
 *     cl                             causal length of everything below
 *     ss, qs                         site ordinal and seq of its sentinel, NULL = none offered
 *     v0, s0, q0                     version, site, seq of a row offered as a whole; v0 = -1 where
 *                                    only the cells with a version of their own are offered
 *     c_<c>, v_<c>, s_<c>, q_<c>     each cell: value; NULL inherits v0, s0, q0 + the column's index
 *     pk                             the packed key, for a row that may have to wait
 *
 * The stamp of what wins is crr_state.db_version, set by whoever opened the batch. Exactly one of
 * the triggers fires for a row: their WHEN clauses divide all cases among them.
 */

/** The gate's table. Its columns have the base columns' types: affinity works on what is offered. */
export function gateTableStatement(spec: TableSpec): string {
  const columns = [
    ...spec.key.map((column) => `${quoteName(keyOf(column.name))} ${keyType(column)}`),
    'cl, ss, qs, v0, s0, q0',
    ...spec.columns.map((column) => {
      const [v, , s, q] = cellColumns(column.name);
      return `${quoteName(cellValueOf(column.name))} ${keyType(column)}, ${v}, ${s}, ${q}`;
    }),
    'pk',
  ];
  return `CREATE TABLE IF NOT EXISTS ${quoteName(mergeGate(spec.name))} (\n  ${columns.join(',\n  ')}\n)`;
}

export function gateTriggers(spec: TableSpec): TriggerSql[] {
  const required = requiredColumns(spec);
  const alive = 'new.cl % 2 = 1';
  const known = `EXISTS (SELECT 1 FROM ${clock(spec)} WHERE ${clockKeyIs(spec)})`;
  if (required.length === 0) {
    return [
      deleteGate(spec),
      freshGate(spec, `${alive} AND NOT ${known}`),
      mergeGateTrigger(spec, `${alive} AND ${known}`),
    ];
  }
  const complete = required.map((column) => `${offered(spec, column).version} >= 0`).join(' AND ');
  const present = `EXISTS (SELECT 1 FROM ${base(spec)} WHERE ${baseKeyIs(spec)})`;
  return [
    deleteGate(spec),
    freshGate(spec, `${alive} AND ${complete} AND NOT ${known}`),
    mergeGateTrigger(
      spec,
      `${alive} AND (${complete} AND ${known} OR NOT (${complete}) AND ${present})`,
    ),
    earlyGate(spec, `${alive} AND NOT (${complete}) AND NOT ${present}`),
  ];
}

/** A delete that is newer than the row: the row goes, its cells' clocks with it. */
function deleteGate(spec: TableSpec): TriggerSql {
  const forget = spec.columns.flatMap((column) =>
    cellColumns(column.name).map((name) => `${name} = NULL`),
  );
  return build(spec, 'merge_delete', 'new.cl % 2 = 0', [
    `DELETE FROM ${base(spec)} WHERE ${baseKeyIs(spec)} AND new.cl > ifnull((SELECT cl FROM ${clock(spec)} WHERE ${clockKeyIs(spec)}), 0)`,
    `INSERT INTO ${clock(spec)} (${clockKeys(spec)}, cl, dbv, v0, dl, sl, ql) SELECT ${newKeys(spec)}, new.cl, db_version, -1, db_version, new.ss, new.qs FROM ${STATE_TABLE} WHERE true ON CONFLICT (${clockKeys(spec)}) DO UPDATE SET ${[
      'cl = excluded.cl',
      'dbv = excluded.dbv',
      'v0 = -1',
      // Tells the report of an apply that a living row went.
      'd0 = CASE WHEN cl % 2 = 1 THEN excluded.dbv END',
      ...['s0 = NULL', 'q0 = NULL'],
      ...['dl = excluded.dl', 'sl = excluded.sl', 'ql = excluded.ql'],
      ...forget,
    ].join(', ')} WHERE excluded.cl > cl`,
  ]);
}

/** A row of which this database has never heard: nothing to compare, two plain inserts. */
function freshGate(spec: TableSpec, when: string): TriggerSql {
  const cells = spec.columns.map((column) => {
    const [v, , s, q] = cellColumns(column.name);
    return [v, s, q];
  });
  const told = (value: string) => `CASE WHEN new.ss IS NOT NULL THEN ${value} END`;
  const columns = [clockKeys(spec), 'cl, dbv, v0, d0, s0, q0, dl, sl, ql', ...cells.flat()];
  const values = [
    newKeys(spec),
    'new.cl, db_version, new.v0, db_version, new.s0, new.q0',
    `${told('db_version')}, new.ss, new.qs`,
    ...cells.flat().map((name) => `new.${name}`),
  ];
  return build(spec, 'merge_fresh', when, [
    `INSERT INTO ${clock(spec)} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${STATE_TABLE}`,
    // OR REPLACE: a base row without a clock was written while triggers were missing; it gives way.
    `INSERT OR REPLACE INTO ${base(spec)} (${baseColumns(spec)}) VALUES (${offeredRow(spec)})`,
  ]);
}

/** The general case: a row with a clock, alive or dead. */
function mergeGateTrigger(spec: TableSpec, when: string): TriggerSql {
  const wins = spec.columns.map((column) => winsSql(spec, column));
  const nothingWins = `cl > new.cl OR ${['cl = new.cl', ...wins.map((win) => `NOT (${win})`)].join(' AND ')}`;
  const cells = spec.columns.map((column, i) => {
    const [v, d, s, q] = cellColumns(column.name);
    const offer = offered(spec, column);
    // A greater cl resets the cells of the row's former life to version 0; they keep their values.
    const reset = `new.cl > cl AND ifnull(${v}, v0) >= 0`;
    return `(${v}, ${d}, ${s}, ${q}) = (SELECT CASE WHEN w THEN ${offer.version} WHEN ${reset} THEN 0 ELSE ${v} END, CASE WHEN w OR ${reset} THEN st.db_version ELSE ${d} END, CASE WHEN w THEN ${offer.site} ELSE ${s} END, CASE WHEN w THEN ${offer.seq} ELSE ${q} END FROM (SELECT ${wins[i]} AS w))`;
  });
  const isNewer = (name: string, value: string) =>
    `${name} = CASE WHEN new.cl > cl THEN ${value} ELSE ${name} END`;
  const values = spec.columns.map((column) => {
    const [v, d, s, q] = cellColumns(column.name).map((name) => `k.${name}`);
    const offer = offered(spec, column);
    const name = quoteName(column.name);
    return `${name} = CASE WHEN ${d} = k.dbv AND ${v} = ${offer.version} AND ${s} = ${offer.site} AND ${q} = ${offer.seq} THEN new.${quoteName(cellValueOf(column.name))} ELSE ${base(spec)}.${name} END`;
  });
  const statements = [
    // Most of what arrives twice ends here.
    `SELECT RAISE(IGNORE) FROM ${clock(spec)} WHERE ${clockKeyIs(spec)} AND (${nothingWins})`,
    // The clocks first: a tie needs the old value, which the next statement overwrites.
    `UPDATE ${clock(spec)} SET ${[
      'cl = new.cl',
      'dbv = st.db_version',
      // Tells the report of an apply that a dead row came back.
      'd0 = CASE WHEN cl % 2 = 0 THEN st.db_version ELSE d0 END',
      isNewer('dl', 'st.db_version'),
      isNewer('sl', 'new.ss'),
      isNewer('ql', 'new.qs'),
      ...cells,
    ].join(', ')} FROM ${STATE_TABLE} AS st WHERE ${clockKeyIs(spec)}`,
    // A cell was won where its clock now is exactly what was offered.
    ...(values.length === 0
      ? []
      : [
          `UPDATE ${base(spec)} SET ${values.join(', ')} FROM ${clock(spec)} AS k WHERE ${baseKeyIs(spec, base(spec))} AND ${clockKeyIs(spec, 'k')}`,
        ]),
    `INSERT INTO ${base(spec)} (${baseColumns(spec)}) SELECT ${offeredRow(spec)} WHERE NOT EXISTS (SELECT 1 FROM ${base(spec)} WHERE ${baseKeyIs(spec)})`,
  ];
  return build(spec, 'merge', when, statements);
}

/** A row that lacks a NOT NULL cell waits for it. */
function earlyGate(spec: TableSpec, when: string): TriggerSql {
  const keep = (cid: string, value: string, version: string, stamp: string, given: string) =>
    pendingUpsert(
      spec.key.length,
      `SELECT ${text(spec.name)}, new.pk, ${text(cid)}, ${value}, ${version}, new.cl, ${stamp}, db_version, ${newKeys(spec)} FROM ${STATE_TABLE} WHERE ${given}`,
    );
  return build(spec, 'merge_early', when, [
    keep('-1', 'NULL', 'new.cl', 'new.ss, new.qs', 'new.ss IS NOT NULL'),
    ...spec.columns.map((column) => {
      const { version, site, seq } = offered(spec, column);
      const value = `new.${quoteName(cellValueOf(column.name))}`;
      return keep(column.name, value, version, `${site}, ${seq}`, `${version} >= 0`);
    }),
  ]);
}

/** What a row in the gate says of a cell, inherited or not. */
function offered(spec: TableSpec, column: ReplicatedColumnSpec) {
  const [v, , s, q] = cellColumns(column.name);
  return {
    version: `ifnull(new.${v}, new.v0)`,
    site: `ifnull(new.${s}, new.s0)`,
    seq: `ifnull(new.${q}, new.q0 + ${spec.columns.indexOf(column)})`,
  };
}

/**
 * Whether the offered cell beats the local one: greater version, then greater value. A greater cl
 * first resets the local cell to version 0, as its sentinel alone would.
 */
function winsSql(spec: TableSpec, column: ReplicatedColumnSpec): string {
  const { version } = offered(spec, column);
  const current = `ifnull(${cellColumns(column.name)[0]}, v0)`;
  const local = `CASE WHEN new.cl > cl THEN min(${current}, 0) ELSE ${current} END`;
  const greater = greaterSql(
    `new.${quoteName(cellValueOf(column.name))}`,
    `b.${quoteName(column.name)}`,
  );
  const tie = `ifnull((SELECT ${greater} FROM ${base(spec)} AS b WHERE ${baseKeyIs(spec, 'b')}), 0)`;
  return `${version} >= 0 AND CASE ${version} - (${local}) WHEN 0 THEN ${tie} ELSE ${version} > (${local}) END`;
}

/** The offered values, defaults standing in for what is not mentioned. */
function offeredRow(spec: TableSpec): string {
  const values = spec.columns.map((column) => {
    const value = `new.${quoteName(cellValueOf(column.name))}`;
    if (column.default === undefined) return value;
    return `CASE WHEN ${offered(spec, column).version} >= 0 THEN ${value} ELSE ${column.default} END`;
  });
  return [newKeys(spec), ...values].join(', ');
}

const clock = (spec: TableSpec) => quoteName(clockTable(spec.name));
const base = (spec: TableSpec) => quoteName(spec.name);
const clockKeys = (spec: TableSpec) =>
  spec.key.map(({ name }) => quoteName(keyOf(name))).join(', ');
const newKeys = (spec: TableSpec) =>
  spec.key.map(({ name }) => `new.${quoteName(keyOf(name))}`).join(', ');
const baseColumns = (spec: TableSpec) =>
  [...spec.key, ...spec.columns].map(({ name }) => quoteName(name)).join(', ');
const baseKeyIs = (spec: TableSpec, alias?: string) =>
  spec.key
    .map(
      ({ name }) => `${alias ? `${alias}.` : ''}${quoteName(name)} = new.${quoteName(keyOf(name))}`,
    )
    .join(' AND ');
const clockKeyIs = (spec: TableSpec, alias?: string) =>
  spec.key
    .map(({ name }) => quoteName(keyOf(name)))
    .map((key) => `${alias ? `${alias}.` : ''}${key} = new.${key}`)
    .join(' AND ');

function build(spec: TableSpec, event: string, when: string, statements: string[]): TriggerSql {
  const name = trigger(spec.name, event);
  const body = [...statements, 'SELECT RAISE(IGNORE)'].map((s) => `  ${s};`).join('\n');
  return {
    name,
    sql: `CREATE TRIGGER ${quoteName(name)} BEFORE INSERT ON ${quoteName(mergeGate(spec.name))} WHEN ${when} BEGIN /* drizzle-crr ${SQL_FORMAT} */\n${body}\nEND`,
  };
}
