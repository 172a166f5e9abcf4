import { PENDING_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import type { TableModule } from '../module.js';
import { pendingStatements } from './table.js';

export const pendingModule: TableModule = {
  name: 'pending',
  shared: { tables: [PENDING_TABLE], statements: pendingStatements },
  drop: (table) => [`DELETE FROM ${PENDING_TABLE} WHERE table_name = ${quoteText(table)}`],
};
