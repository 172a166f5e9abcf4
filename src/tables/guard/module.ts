import { GUARD_TABLE } from '../../sql/names.js';
import { isEmpty } from '../invariant-sql.js';
import type { TableModule } from '../module.js';
import { guardStatements } from './table.js';

export const guardModule: TableModule = {
  name: 'guard',
  shared: {
    tables: [GUARD_TABLE],
    statements: guardStatements,
    inspections: () => [{ table: GUARD_TABLE, invariants: [isEmpty(GUARD_TABLE)] }],
  },
};
