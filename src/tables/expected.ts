import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { cellGate, cellIndex, cellTable, clockIndex, mergeGate } from '../sql/names.js';
import { type ActualCrr, expectedClock, storedText } from './actual.js';
import { encodeSpec } from './catalog/table.js';
import { cellGateStatement } from './cells/table.js';
import { gateTableStatement } from './gate/table.js';
import { tableTriggers } from './modules.js';

/** What a spec asks for. */
export function expectedCrr(spec: TableSpec): ActualCrr {
  const { name } = spec;
  const cellGateText = cellGateStatement(spec);
  const cellObjects =
    cellGateText === undefined
      ? []
      : ([
          [cellTable(name), ''],
          [cellIndex(name), ''],
          [cellGate(name), storedText(cellGateText)],
        ] as const);
  return {
    triggers: new Map(tableTriggers(spec).map(({ name, sql }) => [name, sql])),
    objects: new Map([
      [clockIndex(name), ''],
      [mergeGate(name), storedText(gateTableStatement(spec))],
      ...cellObjects,
    ]),
    clock: expectedClock(spec),
    columns: new Map(replicatedColumns(spec).map(({ name, kind }) => [name, kind])),
    recorded: encodeSpec(spec),
  };
}
