import type { TableSpec } from '../../model/table-spec.js';
import { block, type Fragment, list, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { base, baseColumns, besideBase } from './table.js';

/**
 * Writes a base row, over what is there with its key. (INSERT OR REPLACE would also delete other rows, if the
 * application has a unique index of its own.)
 *
 * @param offered SQL of the values of {@link baseColumns}.
 */
export function upsertBase(spec: TableSpec, offered: readonly string[]): string {
  return statementText`
    INSERT INTO ${base(spec)} (
      ${list(baseColumns(spec))}
    )
    VALUES (
      ${list(offered)}
    )
    ON CONFLICT (${spec.key.map(({ name }) => quoteName(name)).join(', ')}) DO ${overwriting(spec, offered)}`;
}

function overwriting(spec: TableSpec, offered: readonly string[]): Fragment {
  if (spec.clockColumns.length === 0) return 'NOTHING';
  const values = spec.clockColumns.map(({ name }, i) => {
    const value = offered[spec.key.length + i]!;
    return `${quoteName(name)} = ${besideBase(spec, value)}`;
  });
  return block`
    UPDATE SET
      ${list(values)}`;
}
