import { SITE_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { siteStatements } from './table.js';

export const siteModule: TableModule = {
  name: 'site',
  shared: { tables: [SITE_TABLE], statements: siteStatements },
};
