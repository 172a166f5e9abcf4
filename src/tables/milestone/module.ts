import { HISTORY_TABLE, MILESTONE_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { milestoneStatements } from './table.js';

export const milestoneModule: TableModule = {
  name: 'milestone',
  shared: {
    tables: [MILESTONE_TABLE, HISTORY_TABLE],
    statements: milestoneStatements,
  },
};
