import { formerRange, inRangesSql, NOTED_RANGES } from '../../columns/versions.js';
import { MAX_KEY_COLUMNS } from '../../model/limits.js';
import { all, block, statementText } from '../../sql/layout.js';
import { FORMER_TABLE, PENDING_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { pendingColumns, pendingUpsert } from '../pending/table.js';
import { WHOLE_TABLE } from './table.js';

/**
 * Moves changes that wait under a former name: first to the table's present name, then to the column's.
 * Those whose table or column is gone are removed, and so are late ones of a range that only the column's
 * former type had.
 *
 * @param source moves what waits from this source; undefined = from all of them.
 */
export function followFormerNames(source?: string): string[] {
  const ofTable = `former.cid = ${WHOLE_TABLE}`;
  const ofColumn = (waiting: string) =>
    `former.cid = ${waiting}.cid AND former.cid <> ${WHOLE_TABLE}`;
  return [
    move('former.present_name', 'waiting.cid', ofTable, source),
    removeWhere(ofTable, source),
    move('waiting.table_name', 'former.present_name', ofColumn('waiting'), source),
    removeWhere(ofColumn(PENDING_TABLE), source),
    ...NOTED_RANGES.filter(({ isPlain }) => !isPlain).map((range) =>
      removeWhere(
        `former.cid = ${PENDING_TABLE}.cid || ${quoteText(formerRange(range))} AND ${inRangesSql('col_version', [range])}`,
        source,
      ),
    ),
  ];
}

function move(table: string, cid: string, join: string, source: string | undefined): string {
  const values = pendingColumns(MAX_KEY_COLUMNS).map((name) => {
    if (name === 'table_name') return table;
    return name === 'cid' ? cid : `waiting.${name}`;
  });
  return pendingUpsert(
    MAX_KEY_COLUMNS,
    block`
      SELECT ${values.join(', ')}
      FROM ${PENDING_TABLE} AS waiting
      JOIN ${FORMER_TABLE} AS former
        ON former.table_name = waiting.table_name AND ${join}
      WHERE
        ${all([...isFrom('waiting', source), 'former.present_name IS NOT NULL'])}`,
  );
}

function removeWhere(condition: string, source: string | undefined): string {
  const isFormer = block`
    EXISTS (
      SELECT 1 FROM ${FORMER_TABLE} AS former
      WHERE former.table_name = ${PENDING_TABLE}.table_name AND ${condition}
    )`;
  return statementText`
    DELETE FROM ${PENDING_TABLE}
    WHERE
      ${all([...isFrom(PENDING_TABLE, source), isFormer])}`;
}

const isFrom = (waiting: string, source: string | undefined): string[] =>
  source === undefined ? [] : [`${waiting}.source = ${quoteText(source)}`];
