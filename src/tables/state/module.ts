import { STATE_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { stateStatements } from './table.js';

export const stateModule: TableModule = {
  name: 'state',
  shared: { tables: [STATE_TABLE], statements: stateStatements },
};
