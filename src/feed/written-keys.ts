import { packKey } from '../model/packed-key.js';
import type { RowId } from '../model/row-id.js';
import type { TableSpec } from '../model/table-spec.js';
import { list, statementText } from '../sql/layout.js';
import { type Query, statement } from '../sql/statement.js';
import { keyValues, readKey } from '../tables/clock/read-key.js';
import { clock } from '../tables/clock/table.js';

/** Lists the rows of a table that were written or merged after a db_version, deleted ones too. */
export function rowsWrittenSince(
  spec: TableSpec,
  dbVersion: number,
  found: (row: RowId) => void,
): Query {
  const sql = statementText`
    SELECT
      ${list(keyValues(spec))}
    FROM ${clock(spec)}
    WHERE db_version > ${dbVersion}
    ORDER BY db_version`;
  return {
    ...statement(sql),
    read(rows) {
      for (const row of rows) found({ table: spec.name, pk: packKey(readKey(spec, row, 0)) });
    },
  };
}
