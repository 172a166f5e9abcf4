import type { TableSpec } from '../model/table-spec.js';
import { cellGate, cellIndex, cellTable, clockIndex, clockTable, mergeGate } from '../sql/names.js';
import { type CrrParts, expectedParts, sameKey } from './parts.js';

export type DifferenceKind =
  | 'not-a-crr'
  | 'trigger-missing'
  | 'trigger-outdated'
  | 'trigger-unknown'
  | 'clock-missing'
  | 'clock-key'
  | 'clock-index-missing'
  | 'clock-column-missing'
  | 'clock-column-left'
  | 'cells-missing'
  | 'cells-left'
  | 'gate-missing'
  | 'gate-outdated'
  | 'table-missing'
  | 'column-missing'
  | 'bookkeeping-missing'
  | 'rows-differ'
  | 'left-over'
  | 'migration-uncarried';

/** One thing in which a database, or the migrations so far, is not what the schema asks for. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly table: string;
  /** One line for a person, without a full stop. */
  readonly message: string;
}

/** Compares what is there with what a spec asks for; empty where the CRR is as it should be. */
export function differences(actual: CrrParts, spec: TableSpec): Difference[] {
  const expected = expectedParts(spec);
  const { clock } = actual;
  if (clock === undefined && actual.gate === undefined && actual.triggers.size === 0) {
    return [{ kind: 'not-a-crr', table: spec.name, message: 'the table is no CRR yet' }];
  }
  const found: Difference[] = [];
  const add = (kind: DifferenceKind, message: string) =>
    found.push({ kind, table: spec.name, message });
  found.push(...triggerDifferences(actual.triggers, spec, expected.triggers));
  if (clock === undefined)
    add('clock-missing', `there is no clock table "${clockTable(spec.name)}"`);
  else if (!sameKey(clock, expected.clock!))
    add('clock-key', 'the clocks are those of another key');
  else {
    if (!clock.hasIndex) add('clock-index-missing', `there is no index "${clockIndex(spec.name)}"`);
    const wanted = new Set(expected.clock!.columns);
    const present = new Set(clock.columns);
    for (const name of wanted) {
      if (!present.has(name)) add('clock-column-missing', `column "${name}" has no clocks`);
    }
    for (const name of present) {
      if (!wanted.has(name))
        add('clock-column-left', `clocks of the former column "${name}" remain`);
    }
  }
  if (actual.gate === undefined) add('gate-missing', `there is no gate "${mergeGate(spec.name)}"`);
  else if (actual.gate !== expected.gate) {
    add('gate-outdated', `the gate "${mergeGate(spec.name)}" is that of another version`);
  }
  found.push(...cellDifferences(actual, spec, expected));
  return found;
}

function cellDifferences(actual: CrrParts, { name }: TableSpec, expected: CrrParts): Difference[] {
  const of = (kind: DifferenceKind, message: string) => [{ kind, table: name, message }];
  const [there, wanted] = [actual.cells, expected.cells];
  if (wanted === undefined) {
    return there ? of('cells-left', `cells of former columns remain in "${cellTable(name)}"`) : [];
  }
  if (there === undefined) return of('cells-missing', `there is no table "${cellTable(name)}"`);
  if (!there.hasIndex) return of('cells-missing', `there is no index "${cellIndex(name)}"`);
  if (there.gate === wanted.gate) return [];
  const gate = `the gate "${cellGate(name)}" is missing, or that of another version`;
  return of('gate-outdated', gate);
}

/** The part of the comparison that needs one look into sqlite_master. */
export function triggerDifferences(
  actual: ReadonlyMap<string, string>,
  { name: table }: TableSpec,
  expected: ReadonlyMap<string, string>,
): Difference[] {
  const found: Difference[] = [];
  for (const [name, sql] of expected) {
    const there = actual.get(name);
    if (there === undefined) {
      found.push({ kind: 'trigger-missing', table, message: `trigger "${name}" is missing` });
    } else if (there !== sql) {
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
