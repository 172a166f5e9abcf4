import { uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { rankGate } from '../../sql/names.js';
import type { MergingSql } from '../merging.js';
import { rankTriggers } from './rank.js';
import { rankGateStatement } from './table.js';

export const asideMerging = (spec: TableSpec): MergingSql => ({
  gates: uniquesOf(spec).length > 0 ? [[rankGate(spec.name), rankGateStatement(spec)]] : [],
  triggers: rankTriggers(spec),
});
