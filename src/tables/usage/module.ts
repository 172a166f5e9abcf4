import { USAGE_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { usageStatements } from './table.js';

export const usageModule: TableModule = {
  name: 'usage',
  shared: { tables: [USAGE_TABLE], statements: usageStatements },
};
