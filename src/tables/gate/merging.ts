import type { TableSpec } from '../../model/table-spec.js';
import { mergeGate } from '../../sql/names.js';
import type { MergingSql, MergingStyle } from '../merging.js';
import { gateTableStatement } from './table.js';
import { gateTriggers } from './triggers.js';

export const gateMerging = (spec: TableSpec, style: MergingStyle): MergingSql => ({
  gates: [[mergeGate(spec.name), gateTableStatement(spec)]],
  triggers: gateTriggers(spec, style),
});
