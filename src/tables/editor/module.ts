import { hasLogs } from '../cells/table.js';
import type { TableModule } from '../module.js';
import { editorStatement } from './table.js';

/** Only databases with documents have the table. */
export const editorModule: TableModule = {
  name: 'editor',
  create: (spec) => (hasLogs(spec) ? [editorStatement()] : []),
  refresh: ({ to }) => (hasLogs(to) ? [editorStatement()] : []),
};
