import { packKey } from '../model/packed-key.js';
import type { TableSpec } from '../model/table-spec.js';
import { list, statementText } from '../sql/layout.js';
import { type Query, statement } from '../sql/statement.js';
import { keyValues, readKey } from '../tables/clock/read-key.js';
import { clock } from '../tables/clock/table.js';

/** Lists rows that were changed after a db_version, by their packed keys: the `limit` that changed first. */
export function readChangedKeys(
  spec: TableSpec,
  since: number,
  limit: number,
  found: (pk: Uint8Array) => void,
): Query {
  const sql = statementText`
    SELECT
      ${list(keyValues(spec, 'clock'))}
    FROM ${clock(spec)} AS clock
    WHERE clock.db_version > ${since}
    ORDER BY clock.db_version
    LIMIT ${limit}`;
  return {
    ...statement(sql),
    read(rows) {
      for (const row of rows) found(packKey(readKey(spec, row, 0)));
    },
  };
}
