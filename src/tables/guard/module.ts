import { GUARD_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { guardStatements } from './table.js';

export const guardModule: TableModule = {
  name: 'guard',
  shared: {
    tables: [GUARD_TABLE],
    statements: guardStatements,
  },
};
