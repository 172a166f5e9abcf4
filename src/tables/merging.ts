import type { TableSpec } from '../model/table-spec.js';
import { isGate, PASS_TABLE, tableOfPart, tableOfTrigger } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { isSameSql } from '../sql/same-sql.js';
import { storedText } from './actual.js';
import { MODULES } from './modules.js';
import { dropTrigger } from './trigger.js';

/*
 * The parts of a CRR that only merging needs: its gates, the triggers on them, and its trigger on crr_pass. The process
 * that merges makes them, in install() or before its first merge. So migrations are free of them, and another version
 * of this package brings its own without a migration.
 */

/** Texts by name, as sqlite_master keeps them. */
export type MergingParts = ReadonlyMap<string, string>;

/** The parts that a spec asks for. */
export function expectedMerging(spec: TableSpec): MergingParts {
  return new Map(statements(spec).map(({ name, sql }) => [name, storedText(sql)]));
}

/** Whether the parts are those that the spec asks for. */
export function isMergingReady(actual: MergingParts, spec: TableSpec): boolean {
  const expected = expectedMerging(spec);
  return (
    actual.size === expected.size &&
    [...expected].every(([name, text]) => isSameSql(actual.get(name) ?? '', text))
  );
}

/** Makes them in the place of others. Can be run again. */
export function makeMerging(spec: TableSpec, actual: MergingParts): string[] {
  const made = statements(spec);
  const names = new Set([...actual.keys(), ...made.map(({ name }) => name)]);
  return [...dropMerging(names), ...made.map(({ sql }) => sql)];
}

/** Drops parts by their names. The triggers on a gate go with it. */
export function dropMerging(names: Iterable<string>): string[] {
  return [...names].flatMap((name) => {
    if (isGate(name)) return [`DROP TABLE IF EXISTS ${quoteName(name)}`];
    return name.endsWith(ON_PASS) ? [dropTrigger(name)] : [];
  });
}

const ON_PASS = '__crr_on_pass';

/** Gates first. */
const statements = (spec: TableSpec) =>
  MODULES.flatMap(({ merging }) => {
    const { gates, triggers } = merging?.(spec) ?? { gates: [], triggers: [] };
    return [...gates.map(([name, sql]) => ({ name, sql })), ...triggers];
  });

/** The CRR that an object of sqlite_master is such a part of; undefined if it is none. */
export function tableOfMerging(name: string, onTable: string): string | undefined {
  if (isGate(name)) return tableOfPart(name);
  return isGate(onTable) || onTable === PASS_TABLE ? tableOfTrigger(name) : undefined;
}
