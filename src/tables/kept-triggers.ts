import { typeOf } from '../columns/registry.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../model/table-spec.js';
import { isSameSql } from '../sql/same-sql.js';
import { type ActualCrr, expectedClock, isSameClockKey } from './actual.js';
import { decodeSpec, encodeSpec } from './catalog/table.js';
import { tableTriggers } from './modules.js';
import type { TriggerSql } from './trigger.js';

/**
 * The triggers that stay as they are when a table only gets columns, so that a migration need not write them again.
 * In every other change, statements alter the base table or write to it, and no trigger may stand.
 */
export function keptTriggers(actual: ActualCrr, to: TableSpec): ReadonlySet<string> {
  if (!onlyGetsColumns(actual, to)) return new Set();
  const made = tableTriggers(to);
  const same = made.filter(({ name, sql }) => isSameSql(actual.triggers.get(name) ?? '', sql));
  const kept = new Set(same.map(({ name }) => name));
  const order = [
    ...[...actual.triggers.keys()].filter((name) => kept.has(name)),
    ...made.map(({ name }) => name).filter((name) => !kept.has(name)),
  ];
  const rank = new Map(order.map((name, i) => [name, i]));
  const later = [...made].sort((a, b) => rank.get(a.name)! - rank.get(b.name)!);
  // SQLite runs the newest trigger first. Where that would be another one, all of that event are made again.
  for (const event of new Set(made.map(eventOf))) {
    const ofEvent = made.filter((trigger) => eventOf(trigger) === event);
    const then = later.filter((trigger) => eventOf(trigger) === event);
    if (!isSameOrder(ofEvent, then)) for (const { name } of ofEvent) kept.delete(name);
  }
  return kept;
}

function onlyGetsColumns(actual: ActualCrr, to: TableSpec): boolean {
  const { recorded, clock, lateTriggers = [] } = actual;
  if (recorded === undefined || clock === undefined || lateTriggers.length > 0) return false;
  const before = decodeSpec(recorded);
  const known = new Set(replicatedColumns(before).map(({ name }) => name));
  const added = replicatedColumns(to).filter(({ name }) => !known.has(name));
  const rest = (columns: readonly ReplicatedColumnSpec[]) =>
    columns.filter(({ name }) => known.has(name));
  const without: TableSpec = {
    ...to,
    clockColumns: rest(to.clockColumns),
    cellColumns: rest(to.cellColumns),
  };
  return (
    isSameClockKey(clock, expectedClock(to)) &&
    encodeSpec(without) === encodeSpec(before) &&
    added.every((column) => typeOf(column).storage === 'clock')
  );
}

/** What fires it: `AFTER UPDATE ON "todos"`. */
function eventOf({ sql }: TriggerSql): string {
  const [, event, table] = ON.exec(sql)!;
  return `${event} ${table}`;
}

const ON =
  /\n((?:BEFORE|AFTER) (?:INSERT|UPDATE|DELETE))(?: OF [^\n]*)? (ON (?:\w+|"(?:[^"]|"")+"))\n/;

/** The triggers of single columns do not depend on each other. */
function isSameOrder(some: readonly TriggerSql[], others: readonly TriggerSql[]): boolean {
  const kind = ({ name }: TriggerSql) => name.replace(/__crr_on_update_.*$/s, '__crr_on_update');
  return some.every((trigger, i) => kind(trigger) === kind(others[i]!));
}
