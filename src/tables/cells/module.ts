import { typeOf } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { cellGate, cellIndex, cellTable, keyOf } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { isSameSql } from '../../sql/same-sql.js';
import { type ActualCrr, storedText } from '../actual.js';
import type { Difference } from '../difference.js';
import type { TableModule } from '../module.js';
import { cellGateTrigger } from './gate.js';
import { lifeTrigger } from './life.js';
import { resumeTriggers } from './resume.js';
import { cellGateStatement, cellTableStatements } from './table.js';

export const cellsModule: TableModule = {
  name: 'cells',
  create,
  triggers: (spec) =>
    spec.cellColumns.length === 0
      ? []
      : [cellGateTrigger(spec), lifeTrigger(spec), ...resumeTriggers(spec)],
  objects(spec) {
    const gate = cellGateStatement(spec);
    if (gate === undefined) return [];
    const { name } = spec;
    return [
      [cellTable(name), ''],
      [cellIndex(name), ''],
      [cellGate(name), storedText(gate)],
    ];
  },
  drop: (table, actual) => (hasCells(table, actual) ? dropTables(table) : []),
  alter(step, { table, actual, to }) {
    if (!hasCells(table, actual)) return [];
    const present = quoteName(cellTable(to.name));
    switch (step.step) {
      case 'rename table':
        // The index is created again, because SQLite cannot rename an index. So is the gate.
        return [
          `ALTER TABLE ${quoteName(cellTable(step.from))} RENAME TO ${present}`,
          `DROP INDEX IF EXISTS ${quoteName(cellIndex(step.from))}`,
          dropGate(step.from),
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
    const gate = cellGateStatement(to);
    if (gate === undefined) return hasCells(table, actual) ? dropTables(to.name) : [];
    const isCurrent =
      table === to.name &&
      actual.objects.has(cellIndex(table)) &&
      isSameSql(actual.objects.get(cellGate(table)) ?? '', storedText(gate));
    return isCurrent ? [] : [dropGate(to.name), ...create(to)];
  },
  differences(actual, spec): Difference[] {
    const { name: table } = spec;
    const of = (kind: Difference['kind'], message: string) => [{ kind, table, message }];
    const gate = cellGateStatement(spec);
    if (gate === undefined) {
      if (!hasCells(table, actual)) return [];
      return of('cells-left', `cells of former columns remain in "${cellTable(table)}"`);
    }
    for (const name of [cellTable(table), cellIndex(table)]) {
      if (!actual.objects.has(name)) return of('cells-missing', `"${name}" is missing`);
    }
    if (isSameSql(actual.objects.get(cellGate(table)) ?? '', storedText(gate))) return [];
    return of(
      'gate-outdated',
      `the gate "${cellGate(table)}" is missing, or that of another version`,
    );
  },
};

function create(spec: TableSpec): string[] {
  const gate = cellGateStatement(spec);
  return gate === undefined ? [] : [...cellTableStatements(spec), gate];
}

const hasCells = (table: string, { objects }: ActualCrr) => objects.has(cellTable(table));
const dropGate = (table: string) => `DROP TABLE IF EXISTS ${quoteName(cellGate(table))}`;
const dropTables = (table: string) => [
  dropGate(table),
  `DROP TABLE IF EXISTS ${quoteName(cellTable(table))}`,
];
