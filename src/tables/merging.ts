import type { TableSpec } from '../model/table-spec.js';
import { isGate } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { isSameSql } from '../sql/same-sql.js';
import { storedText } from './actual.js';
import { asideMerging } from './aside/merging.js';
import { cellsMerging } from './cells/merging.js';
import { gateMerging } from './gate/merging.js';
import type { TriggerSql } from './trigger.js';

/*
 * The parts of a CRR that only the merges of this table need: its gates, and the triggers on them. The process
 * that merges makes them, in install() or before its first merge. So migrations are free of them, and another version
 * of this package brings its own without a migration. A trigger that a merge of another table fires is not among them: the
 * process that merges may not know this table.
 */

/** Gates, and the triggers on them. */
export interface MergingSql {
  /** Statements by the names of the tables that they create. */
  readonly gates: readonly (readonly [name: string, sql: string])[];
  readonly triggers: readonly TriggerSql[];
}

/** What an engine is fast at. */
export interface MergingStyle {
  /** The row that a merge overwrites is written by an upsert, on an engine where an UPDATE in a trigger costs more. */
  readonly upserts: boolean;
}

const STYLES = [{ upserts: false }, { upserts: true }] as const;

/** By the names of the modules. It is apart from modules.ts, because applications load it with their first merge. */
export const MERGING: Readonly<
  Record<string, (spec: TableSpec, style: MergingStyle) => MergingSql>
> = {
  gate: gateMerging,
  cells: cellsMerging,
  aside: asideMerging,
};

/** Texts by name, as sqlite_master keeps them. */
export type MergingParts = ReadonlyMap<string, string>;

/** The parts that a spec asks for. */
export function expectedMerging(spec: TableSpec, style: MergingStyle = STYLES[0]): MergingParts {
  return new Map(statements(spec, style).map(({ name, sql }) => [name, storedText(sql)]));
}

/** Whether the parts are those that the spec asks for, in any style: an engine may open the file of another. */
export function isMergingReady(actual: MergingParts, spec: TableSpec): boolean {
  return STYLES.some((style) => {
    const expected = expectedMerging(spec, style);
    return (
      actual.size === expected.size &&
      [...expected].every(([name, text]) => isSameSql(actual.get(name) ?? '', text))
    );
  });
}

/** Makes them in the place of others. Can be run again. */
export function makeMerging(
  spec: TableSpec,
  actual: MergingParts,
  style: MergingStyle = STYLES[0],
): string[] {
  const made = statements(spec, style);
  const names = new Set([...actual.keys(), ...made.map(({ name }) => name)]);
  return [...dropMerging(names), ...made.map(({ sql }) => sql)];
}

/** Drops parts by their names. The triggers on a gate go with it. */
export function dropMerging(names: Iterable<string>): string[] {
  return [...names].filter(isGate).map((name) => `DROP TABLE IF EXISTS ${quoteName(name)}`);
}

const statements = (spec: TableSpec, style: MergingStyle) =>
  Object.values(MERGING).flatMap((merging) => {
    const { gates, triggers } = merging(spec, style);
    return [...gates.map(([name, sql]) => ({ name, sql })), ...triggers];
  });
