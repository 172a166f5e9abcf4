import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { type ActualCrr, expectedClock } from './actual.js';
import { encodeSpec } from './catalog/table.js';
import { expectedMerging } from './merging.js';
import { MODULES, tableTriggers } from './modules.js';

/** The parts of a CRR that a spec asks for. */
export function expectedCrr(spec: TableSpec): ActualCrr {
  return {
    triggers: new Map(tableTriggers(spec).map(({ name, sql }) => [name, sql])),
    merging: expectedMerging(spec),
    objects: new Map(MODULES.flatMap(({ objects }) => objects?.(spec) ?? [])),
    clock: expectedClock(spec),
    columns: new Map(replicatedColumns(spec).map(({ name, kind }) => [name, kind])),
    recorded: encodeSpec(spec),
  };
}
