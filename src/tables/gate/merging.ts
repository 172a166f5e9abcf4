import type { TableSpec } from '../../model/table-spec.js';
import { mergeGate } from '../../sql/names.js';
import type { MergingSql } from '../merging.js';
import { gateTableStatement } from './table.js';
import { gateTriggers } from './triggers.js';

export const gateMerging = (spec: TableSpec): MergingSql => ({
  gates: [[mergeGate(spec.name), gateTableStatement(spec)]],
  triggers: gateTriggers(spec),
});
