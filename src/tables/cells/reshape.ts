import { isLog } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { adoptedTable, cellIndex, cellTable } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import type { ActualCrr } from '../actual.js';
import { clockKeys } from '../clock/table.js';
import type { Alteration } from '../module.js';
import { CELL_COLUMNS, cells, cellTableStatements, hasLogs } from './table.js';

/** Whether cells are told apart as the columns ask for. */
const hasShape = ({ columns }: ActualCrr, spec: TableSpec) =>
  hasLogs(spec) === [...columns.values()].some((kind) => isLog({ kind }));

/** Makes the cell table again if cells are told apart in another way: what is unique in a table cannot be altered. */
export function reshapeCells({ table, actual, to: spec }: Alteration): string[] {
  const [statement, index] = cellTableStatements(spec);
  if (statement === undefined || !actual.objects.has(cellTable(table)) || hasShape(actual, spec))
    return [];
  const present = cells(spec);
  const former = quoteName(adoptedTable(spec.name));
  const columns = [...clockKeys(spec), CELL_COLUMNS, 'base_version', 'base_value'].join(', ');
  return [
    `ALTER TABLE ${present} RENAME TO ${former}`,
    `DROP INDEX IF EXISTS ${quoteName(cellIndex(spec.name))}`,
    statement,
    `INSERT INTO ${present} (${columns}) SELECT ${columns} FROM ${former} WHERE true ON CONFLICT DO NOTHING`,
    `DROP TABLE ${former}`,
    index!,
  ];
}
