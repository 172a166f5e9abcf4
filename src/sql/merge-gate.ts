import { requiredColumns, type TableSpec } from '../schema/table-spec.js';
import { SQL_FORMAT } from './bookkeeping.js';
import { cellClock, cellVersionSql, clockKeys, columnType } from './clock-table.js';
import { greaterSql } from './compare.js';
import { clockTable, keyOf, mergeGate, STATE_TABLE, trigger } from './names.js';
import { offeredCell, offeredColumns } from './offer.js';
import { drainPendingStatements, pendingUpsert } from './pending.js';
import { quoteName, quoteText } from './quote.js';
import type { TriggerSql } from './write-triggers.js';

/*
 * The merge gate: a table that never holds a row. A BEFORE INSERT trigger merges the row offered
 * and ends with RAISE(IGNORE). One row offered is everything that a batch says of one base row:
 *
 *     k_<key>                  its key
 *     cl                       causal length of everything below; NULL = nothing is offered, what
 *                              waits for this row may come in
 *     l                        origin of its sentinel, NULL = none offered
 *     v0, s0, q0               version, site ordinal, first seq of a row offered as a whole: every
 *                              cell has that version and site, and seqs go up in column order;
 *                              v0 = 0 where the cells are offered alone
 *     c_<column>               a cell's value
 *     v_<column>, o_<column>   version and origin of a cell offered alone, NULL = not offered
 *     pk                       the packed key, for a row that may have to wait
 *
 * An origin is the text `site:seq`. What wins is stamped with crr_state.db_version, set by whoever
 * opened the batch. Exactly one of the triggers fires for a row: their WHEN clauses divide all
 * cases among them.
 */

/** The gate's table. Its columns have the base columns' types: affinity works on what is offered. */
export function gateTableStatement(spec: TableSpec): string {
  const columns = [
    ...spec.key.map((column, i) => `${clockKeys(spec)[i]} ${columnType(column)}`),
    'cl, l, v0, s0, q0',
    ...spec.columns.map((column) => {
      const [value, version, origin] = offeredColumns(column.name);
      return `${value} ${columnType(column)}, ${version}, ${origin}`;
    }),
    'pk',
  ];
  return `CREATE TABLE IF NOT EXISTS ${quoteName(mergeGate(spec.name))} (\n  ${columns.join(',\n  ')}\n)`;
}

export function gateTriggers(spec: TableSpec): TriggerSql[] {
  const required = requiredColumns(spec);
  const alive = 'new.cl % 2 = 1';
  const known = `EXISTS (SELECT 1 FROM ${clock(spec)} WHERE ${clockKeyIs(spec)})`;
  const present = `EXISTS (SELECT 1 FROM ${base(spec)} WHERE ${baseKeyIs(spec)})`;
  const offered = required.map(
    (column) => `${offeredCell(spec, spec.columns.indexOf(column)).version} >= 0`,
  );
  // A row may be created where all its NOT NULL cells are offered, or it is there already.
  const possible = required.length === 0 ? [] : [`(${offered.join(' AND ')} OR ${present})`];
  return [
    deleteGate(spec),
    ...(spec.columns.length > 0
      ? [freshGate(spec, 'whole', [alive, 'new.v0 > 0', `NOT ${known}`])]
      : []),
    freshGate(spec, 'cells', [alive, 'new.v0 = 0', ...possible, `NOT ${known}`]),
    mergeGateTrigger(spec, [alive, ...possible, known]),
    ...(required.length === 0
      ? []
      : [earlyGate(spec, [alive, `NOT ${possible[0]}`]), wakeGate(spec)]),
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
    ...spec.columns.map(({ name }) => `${cellClock(name)} = NULL`),
  ];
  return build(
    spec,
    'merge_delete',
    ['new.cl % 2 = 0'],
    [
      `DELETE FROM ${base(spec)} WHERE ${baseKeyIs(spec)} AND new.cl > ifnull((SELECT cl FROM ${clock(spec)} WHERE ${clockKeyIs(spec)}), 0)`,
      `INSERT INTO ${clock(spec)} (${clockKeys(spec)}, cl, dbv, v0, l) SELECT ${newKeys(spec)}, new.cl, db_version, 0, ${sentinelStamp('db_version')} FROM ${STATE_TABLE} WHERE true ON CONFLICT (${clockKeys(spec)}) DO UPDATE SET ${assignments.join(', ')} WHERE excluded.cl > cl`,
    ],
  );
}

/** A row of which this database has never heard: nothing to compare, two plain inserts. */
function freshGate(spec: TableSpec, offer: 'whole' | 'cells', when: string[]): TriggerSql {
  const cells = spec.columns.map((_, i) => {
    if (offer === 'whole') return 'NULL';
    const { version, origin } = offeredCell(spec, i);
    return `CASE WHEN ${version} >= 0 THEN ${version} || ${stampAt('db_version', origin)} END`;
  });
  const columns = [
    ...clockKeys(spec),
    'cl, dbv, v0, s0, q0, l',
    ...spec.columns.map(({ name }) => cellClock(name)),
  ].join(', ');
  const values = [
    newKeys(spec),
    'new.cl, db_version, new.v0, new.s0, new.q0',
    sentinelStamp('db_version'),
    ...cells,
  ].join(', ');
  return build(spec, `merge_fresh_${offer}`, when, [
    `INSERT INTO ${clock(spec)} (${columns}) SELECT ${values} FROM ${STATE_TABLE}`,
    // OR REPLACE: a base row without a clock was written while triggers were missing; it gives way.
    `INSERT OR REPLACE INTO ${base(spec)} (${baseColumns(spec)}) VALUES (${offeredRow(spec, offer)})`,
  ]);
}

/** The general case: a row with a clock, alive or dead. */
function mergeGateTrigger(spec: TableSpec, when: string[]): TriggerSql {
  const wins = spec.columns.map((_, i) => winsSql(spec, i));
  const nothingWins = ['cl = new.cl', ...wins.map((win) => `NOT (${win})`)].join(' AND ');
  const cells = spec.columns.map(({ name }, i) => {
    const x = cellClock(name);
    const { version, origin } = offeredCell(spec, i);
    const won = `(${version} - CASE WHEN new.cl > cl THEN 0 ELSE v0 END) || ${stampAt('st.db_version', origin)}`;
    // A greater cl resets the cells of the row's former life to version 0; they keep their values.
    const reset = `new.cl > cl AND ${cellVersionSql(name)} >= 0`;
    return `${x} = CASE WHEN ${wins[i]} THEN ${won} WHEN ${reset} THEN '0' || ${sentinelStamp('st.db_version')} ELSE ${x} END`;
  });
  const values = spec.columns.map(({ name }, i) => {
    const cell = offeredCell(spec, i);
    const [version, origin, value] = [cell.version, cell.origin, cell.value].map((sql) =>
      besideBase(spec, sql),
    );
    const won = `${version} >= 0 AND ${K}.${cellClock(name)} = (${version} - ${K}.v0) || ${stampAt(`${K}.dbv`, origin!)}`;
    return `${quoteName(name)} = CASE WHEN ${won} THEN ${value} ELSE ${base(spec)}.${quoteName(name)} END`;
  });
  return build(spec, 'merge', when, [
    // Most of what arrives twice ends here.
    `SELECT RAISE(IGNORE) FROM ${clock(spec)} WHERE ${clockKeyIs(spec)} AND (cl > new.cl OR ${nothingWins})`,
    // The clocks first: a tie needs the old value, which the next statement overwrites.
    `UPDATE ${clock(spec)} SET ${[
      'cl = new.cl',
      'dbv = st.db_version',
      'v0 = CASE WHEN new.cl > cl THEN 0 ELSE v0 END',
      // On a dead row: tells the report of an apply that it came back.
      'd0 = CASE WHEN cl % 2 = 0 THEN st.db_version ELSE ifnull(d0, dbv) END',
      `l = CASE WHEN new.cl > cl THEN ${sentinelStamp('st.db_version')} ELSE l END`,
      ...cells,
    ].join(', ')} FROM ${STATE_TABLE} AS st WHERE ${clockKeyIs(spec)}`,
    // A cell was won where its clock now is exactly what was offered.
    ...(values.length === 0
      ? []
      : [
          `UPDATE ${base(spec)} SET ${values.join(', ')} FROM ${clock(spec)} AS ${K} WHERE ${baseKeyIs(spec, base(spec))} AND ${clockKeyIs(spec, K)}`,
        ]),
    `INSERT INTO ${base(spec)} (${baseColumns(spec)}) SELECT ${offeredRow(spec, 'cells')} WHERE NOT EXISTS (SELECT 1 FROM ${base(spec)} WHERE ${baseKeyIs(spec)})`,
  ]);
}

/** A row that lacks a NOT NULL cell waits for it. */
function earlyGate(spec: TableSpec, when: string[]): TriggerSql {
  const keep = (cid: string, value: string, version: string, origin: string, given: string) =>
    pendingUpsert(
      spec.key.length,
      `SELECT ${quoteText(spec.name)}, new.pk, ${quoteText(cid)}, ${value}, ${version}, new.cl, ${origin}, db_version, ${newKeys(spec)} FROM ${STATE_TABLE} WHERE ${given}`,
    );
  return build(spec, 'merge_early', when, [
    keep('-1', 'NULL', 'new.cl', 'new.l', 'new.l IS NOT NULL'),
    ...spec.columns.map(({ name }, i) => {
      const { value, version, origin } = offeredCell(spec, i);
      return keep(name, value, version, origin, `${version} >= 0`);
    }),
  ]);
}

/** This site just created a row of which cells were waiting: they merge with what it wrote. */
function wakeGate(spec: TableSpec): TriggerSql {
  return build(
    spec,
    'merge_wake',
    ['new.cl IS NULL'],
    [
      `UPDATE ${STATE_TABLE} SET applying = 1`,
      ...drainPendingStatements(spec),
      `UPDATE ${STATE_TABLE} SET applying = 0`,
    ],
  );
}

/**
 * Whether the offered cell beats the local one: greater version, then greater value. A greater cl
 * first resets the local cell to version 0, as its sentinel alone would.
 */
function winsSql(spec: TableSpec, index: number): string {
  const { name } = spec.columns[index]!;
  const { value, version } = offeredCell(spec, index);
  const current = cellVersionSql(name);
  const local = `CASE WHEN new.cl > cl AND (${current}) > 0 THEN 0 ELSE ${current} END`;
  const greater = greaterSql(value, `b.${quoteName(name)}`);
  const tie = `ifnull((SELECT ${greater} FROM ${base(spec)} AS b WHERE ${baseKeyIs(spec, 'b')}), 0)`;
  return `${version} >= 0 AND CASE ${version} - (${local}) WHEN 0 THEN ${tie} ELSE ${version} > (${local}) END`;
}

/** The offered values, defaults standing in for what is not offered. */
function offeredRow(spec: TableSpec, offer: 'whole' | 'cells'): string {
  const values = spec.columns.map(({ default: fallback }, i) => {
    const { value, version } = offeredCell(spec, i);
    if (offer === 'whole' || fallback === undefined) return value;
    return `CASE WHEN ${version} >= 0 THEN ${value} ELSE ${fallback} END`;
  });
  return [newKeys(spec), ...values].join(', ');
}

const stampAt = (dbVersion: string, origin: string) => `'@' || ${dbVersion} || ':' || ${origin}`;
/** NULL where no sentinel is offered: concatenation with NULL is NULL. */
const sentinelStamp = (dbVersion: string) => stampAt(dbVersion, 'new.l');

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
  [...spec.key, ...spec.columns].map(({ name }) => quoteName(name)).join(', ');
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
  const name = trigger(spec.name, event);
  const body = [...statements, 'SELECT RAISE(IGNORE)'].map((s) => `  ${s};`).join('\n');
  return {
    name,
    sql: `CREATE TRIGGER ${quoteName(name)} BEFORE INSERT ON ${quoteName(mergeGate(spec.name))} WHEN ${when.join(' AND ')} BEGIN /* drizzle-crr ${SQL_FORMAT} */\n${body}\nEND`,
  };
}
