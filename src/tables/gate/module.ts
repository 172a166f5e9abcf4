import { mergeGate } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { gateTableStatement } from './table.js';
import { gateTriggers } from './triggers.js';

export const gateModule: TableModule = {
  name: 'gate',
  merging: (spec) => ({
    gates: [[mergeGate(spec.name), gateTableStatement(spec)]],
    triggers: gateTriggers(spec),
  }),
};
