import type { TableSpec } from '../model/table-spec.js';
import { isSameSql } from '../sql/same-sql.js';
import type { ActualCrr } from './actual.js';
import type { Difference } from './difference.js';
import { MODULES, tableTriggers } from './modules.js';

/** Compares the parts of a CRR with those that its spec asks for. Empty if they agree. */
export function differences(actual: ActualCrr, spec: TableSpec): Difference[] {
  if (actual.clock === undefined && actual.triggers.size === 0)
    return [{ kind: 'not-a-crr', table: spec.name, message: 'the table is not a CRR yet' }];
  return [
    ...triggerDifferences(actual.triggers, spec, actual.lateTriggers),
    ...MODULES.flatMap((module) => module.differences?.(actual, spec) ?? []),
  ];
}

/**
 * The part of the comparison that needs one look into sqlite_master.
 *
 * @param late triggers of users that should run after those of the CRR; see TriggerOrder.
 */
export function triggerDifferences(
  actual: ReadonlyMap<string, string>,
  spec: TableSpec,
  late: readonly string[] = [],
): Difference[] {
  const found: Difference[] = [];
  const { name: table } = spec;
  for (const name of late) {
    const message = `your trigger "${name}" writes to its own table and is newer than the triggers of the CRR, so it runs before them: make them again with db.$crr.install(), or drop it and create it in a migration before the CRR steps`;
    found.push({ kind: 'trigger-order', table, message });
  }
  const expected = new Map(tableTriggers(spec).map(({ name, sql }) => [name, sql]));
  for (const [name, sql] of expected) {
    const text = actual.get(name);
    if (text === undefined) {
      found.push({ kind: 'trigger-missing', table, message: `trigger "${name}" is missing` });
    } else if (!isSameSql(text, sql)) {
      const message = `trigger "${name}" is that of another schema or version`;
      found.push({ kind: 'trigger-outdated', table, message });
    }
  }
  for (const name of actual.keys()) {
    if (expected.has(name)) continue;
    const message = `trigger "${name}" belongs to a column or version that is gone`;
    found.push({ kind: 'trigger-unknown', table, message });
  }
  return found;
}
