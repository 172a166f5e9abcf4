import { CATALOG_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import {
  catalogStatements,
  encodeSpec,
  forgetSpecStatements,
  recordSpecStatements,
  renameSpecStatements,
} from './table.js';

export const catalogModule: TableModule = {
  name: 'catalog',
  shared: { tables: [CATALOG_TABLE], statements: catalogStatements },
  create: recordSpecStatements,
  drop: forgetSpecStatements,
  alter: (step) => (step.step === 'rename table' ? renameSpecStatements(step.from, step.to) : []),
  refresh: ({ to }) => recordSpecStatements(to),
  differences({ recorded }, spec) {
    if (recorded === encodeSpec(spec)) return [];
    const message = `its description in "${CATALOG_TABLE}" is that of another schema`;
    return [{ kind: 'description-differs', table: spec.name, message }];
  },
};
