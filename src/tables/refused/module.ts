import { REFUSED_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import type { TableModule } from '../module.js';
import { refusedStatements } from './table.js';

export const refusedModule: TableModule = {
  name: 'refused',
  shared: { tables: [REFUSED_TABLE], statements: refusedStatements },
  drop: (table) => [`DELETE FROM ${REFUSED_TABLE} WHERE table_name = ${quoteText(table)}`],
  alter(step) {
    if (step.step !== 'rename table') return [];
    const [from, to] = [quoteText(step.from), quoteText(step.to)];
    return [`UPDATE ${REFUSED_TABLE} SET table_name = ${to} WHERE table_name = ${from}`];
  },
};
