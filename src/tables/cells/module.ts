import { typeOf } from '../../columns/registry.js';
import { cellIndex, cellTable, keyOf } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import type { ActualCrr } from '../actual.js';
import type { Difference } from '../difference.js';
import type { TableModule } from '../module.js';
import { lifeTrigger } from './life.js';
import { resumeTriggers } from './resume.js';
import { cellTableStatements } from './table.js';

export const cellsModule: TableModule = {
  name: 'cells',
  create: cellTableStatements,
  triggers: (spec) =>
    spec.cellColumns.length === 0 ? [] : [lifeTrigger(spec), ...resumeTriggers(spec)],
  objects: ({ name, cellColumns }) =>
    cellColumns.length === 0
      ? []
      : [
          [cellTable(name), ''],
          [cellIndex(name), ''],
        ],
  drop: (table, actual) => (hasCells(table, actual) ? [dropCells(table)] : []),
  alter(step, { table, actual, to }) {
    if (!hasCells(table, actual)) return [];
    const present = quoteName(cellTable(to.name));
    switch (step.step) {
      case 'rename table':
        // The index is created again, because SQLite cannot rename an index.
        return [
          `ALTER TABLE ${quoteName(cellTable(step.from))} RENAME TO ${present}`,
          `DROP INDEX IF EXISTS ${quoteName(cellIndex(step.from))}`,
        ];
      case 'rename key':
        return [
          `ALTER TABLE ${present} RENAME COLUMN ${quoteName(keyOf(step.from))} TO ${quoteName(keyOf(step.to))}`,
        ];
      case 'rename column':
        return typeOf(step).storage === 'cells'
          ? [
              `UPDATE ${present} SET column_name = ${quoteText(step.to)} WHERE column_name = ${quoteText(step.from)}`,
            ]
          : [];
      case 'drop columns':
        return step.columns
          .filter((column) => typeOf(column).storage === 'cells')
          .map(({ name }) => `DELETE FROM ${present} WHERE column_name = ${quoteText(name)}`);
      default:
        return [];
    }
  },
  refresh({ table, actual, to }) {
    if (to.cellColumns.length === 0) return hasCells(table, actual) ? [dropCells(to.name)] : [];
    const isCurrent = table === to.name && actual.objects.has(cellIndex(table));
    return isCurrent ? [] : cellTableStatements(to);
  },
  differences(actual, spec): Difference[] {
    const { name: table } = spec;
    const of = (kind: Difference['kind'], message: string) => [{ kind, table, message }];
    if (spec.cellColumns.length === 0) {
      if (!hasCells(table, actual)) return [];
      return of('cells-left', `cells of former columns remain in "${cellTable(table)}"`);
    }
    for (const name of [cellTable(table), cellIndex(table)]) {
      if (!actual.objects.has(name)) return of('cells-missing', `"${name}" is missing`);
    }
    return [];
  },
};

const hasCells = (table: string, { objects }: ActualCrr) => objects.has(cellTable(table));
const dropCells = (table: string) => `DROP TABLE IF EXISTS ${quoteName(cellTable(table))}`;
