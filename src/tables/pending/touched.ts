import { isTimed } from '../../columns/registry.js';
import { packKey } from '../../model/packed-key.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, list, statementText } from '../../sql/layout.js';
import { PENDING_TABLE } from '../../sql/names.js';
import { quoteBlob, quoteText } from '../../sql/quote.js';
import { type Query, type Statement, statement } from '../../sql/statement.js';
import { keyValues, readKey } from '../clock/read-key.js';
import { clock } from '../clock/table.js';
import { fromSource, TRY } from './table.js';

/*
 * What waits can be applied once its row has changed, or its time has come. So a drain that comes after another one
 * tries only what waits for the rows that have changed in between.
 */

/** How many rows one statement names. */
const ROWS_PER_STATEMENT = 500;

/** What waits for these rows of a table is to be tried. What was rejected is not: see tryChanged(). */
export function tryWaiting(
  source: string,
  spec: TableSpec,
  keys: readonly Uint8Array[],
): Statement[] {
  const count = Math.ceil(keys.length / ROWS_PER_STATEMENT);
  return Array.from({ length: count }, (_, i) => {
    const slice = keys.slice(i * ROWS_PER_STATEMENT, (i + 1) * ROWS_PER_STATEMENT);
    return tryWhere(source, spec, `pk IN (${slice.map(quoteBlob).join(', ')})`);
  });
}

/** Rows of which a cell that merges by time has become due are to be tried. Times are versions. */
export function tryDue(
  source: string,
  spec: TableSpec,
  after: number,
  upTo: number,
): Statement | undefined {
  const timed = spec.clockColumns.filter(isTimed).map(({ name }) => quoteText(name));
  if (timed.length === 0 || upTo <= after) return undefined;
  const due = statementText`
    SELECT due.pk FROM ${PENDING_TABLE} AS due
    WHERE
      ${all([
        ...fromSource('due', source, spec),
        `due.cid IN (${timed.join(', ')})`,
        `due.col_version > ${after}`,
        `due.col_version <= ${upTo}`,
      ])}`;
  return tryWhere(source, spec, `pk IN (${due})`);
}

/** `+` keeps the rows from being looked up by their mark: nearly all that waits has none. */
function tryWhere(source: string, spec: TableSpec, condition: string): Statement {
  return statement(statementText`
    UPDATE ${PENDING_TABLE}
    SET reason = ${quoteText(TRY)}
    WHERE
      ${all([...fromSource(PENDING_TABLE, source, spec), condition, '+reason IS NULL'])}`);
}

/**
 * Lists the rows of a table that have changed after a db_version.
 *
 * @param limit the most rows to list.
 */
export function listChanged(
  spec: TableSpec,
  after: number,
  limit: number,
  read: (pk: Uint8Array) => void,
): Query {
  const sql = statementText`
    SELECT
      ${list(keyValues(spec))}
    FROM ${clock(spec)}
    WHERE db_version > ${after}
    LIMIT ${limit}`;
  return {
    ...statement(sql),
    read(rows) {
      for (const row of rows) read(packKey(readKey(spec, row, 0)));
    },
  };
}
