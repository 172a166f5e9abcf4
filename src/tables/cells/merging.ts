import type { TableSpec } from '../../model/table-spec.js';
import { cellGate } from '../../sql/names.js';
import type { MergingSql } from '../merging.js';
import { cellGateTrigger } from './gate.js';
import { cellGateStatement } from './table.js';

export const cellsMerging = (spec: TableSpec): MergingSql =>
  spec.cellColumns.length === 0
    ? { gates: [], triggers: [] }
    : {
        gates: [[cellGate(spec.name), cellGateStatement(spec)]],
        triggers: [cellGateTrigger(spec)],
      };
