import { APPLY_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { applyStatements } from './table.js';

export const applyModule: TableModule = {
  name: 'apply',
  shared: { tables: [APPLY_TABLE], statements: applyStatements },
};
