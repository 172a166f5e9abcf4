import type { ReferenceSpec } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { list, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { bindValue, type Statement, statement } from '../../sql/statement.js';
import { asideColumns } from './place.js';
import { areEqual, baseRow, baseValuesOf } from './sql.js';
import { aside } from './table.js';

/** While a row is evicted it is aside, so that the guards of its table let it go. */
export const EVICTED = 'evicted';

/** Base rows that refer to a row that is gone are to be decided. */
export function openChildren(
  spec: TableSpec,
  { columns }: ReferenceSpec,
  parent: readonly SqlValue[],
): Statement {
  const args: SqlValue[] = [];
  const values = parent.map((value) => bindValue(value, args));
  const sql = statementText`
    INSERT OR IGNORE INTO ${aside(spec)} (
      ${list([...asideColumns(spec), 'state'])}
    )
    SELECT
      ${list([...baseRow(spec, 'base'), "'open'"])}
    FROM ${quoteName(spec.name)} AS base
    WHERE ${areEqual(baseValuesOf(columns, 'base'), values)}`;
  return statement(sql, args);
}
