import { CATALOG_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import {
  catalogStatements,
  encodeSpec,
  forgetSpecStatement,
  recordSpecStatement,
} from './table.js';

export const catalogModule: TableModule = {
  name: 'catalog',
  shared: { tables: [CATALOG_TABLE], statements: catalogStatements },
  create: (spec) => [recordSpecStatement(spec)],
  drop: (table) => [forgetSpecStatement(table)],
  alter: (step) => (step.step === 'rename table' ? [forgetSpecStatement(step.from)] : []),
  refresh: ({ to }) => [recordSpecStatement(to)],
  differences({ recorded }, spec) {
    if (recorded === encodeSpec(spec)) return [];
    const message = `its description in "${CATALOG_TABLE}" is that of another schema`;
    return [{ kind: 'description-differs', table: spec.name, message }];
  },
};
