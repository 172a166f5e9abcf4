import { FORMER_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { followFormerNames } from './follow.js';
import {
  columnAdded,
  columnDropped,
  columnRenamed,
  tableAdded,
  tableDropped,
  tableRenamed,
} from './names.js';
import { formerStatements } from './table.js';

export const formerModule: TableModule = {
  name: 'former',
  shared: { tables: [FORMER_TABLE], statements: formerStatements },
  adopt: (spec) => tableAdded(spec.name),
  drop: tableDropped,
  alter(step, { to }) {
    switch (step.step) {
      case 'rename table':
        return tableRenamed(step.from, step.to);
      case 'rename column':
        return columnRenamed(to.name, step.from, step.to);
      case 'drop columns':
        return step.columns.flatMap(({ name }) => columnDropped(to.name, name));
      case 'add column':
        return columnAdded(to.name, step.column.name);
      case 'names changed':
        return followFormerNames();
      default:
        return [];
    }
  },
};
