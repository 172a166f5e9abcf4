import { COMMIT_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { commitStatements } from './table.js';

export const commitModule: TableModule = {
  name: 'commit',
  shared: { tables: [COMMIT_TABLE], statements: commitStatements },
};
