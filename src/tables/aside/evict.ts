import type { ReferenceSpec } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { bindValue, type Statement, statement } from '../../sql/statement.js';
import { areEqual, baseValuesOf, moveAside } from './sql.js';

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
    ${moveAside(spec)}
    FROM ${quoteName(spec.name)} AS base
    WHERE ${areEqual(baseValuesOf(columns, 'base'), values)}`;
  return statement(sql, args);
}
