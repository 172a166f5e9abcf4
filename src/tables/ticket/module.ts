import { TICKET_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { ticketStatements } from './table.js';

export const ticketModule: TableModule = {
  name: 'ticket',
  shared: { tables: [TICKET_TABLE], statements: ticketStatements },
};
