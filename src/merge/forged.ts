import { SENTINEL } from '../model/change.js';
import type { TableSpec } from '../model/table-spec.js';
import { any, block, statementText } from '../sql/layout.js';
import { GUARD_TABLE, PENDING_TABLE, STATE_TABLE } from '../sql/names.js';
import { type Query, statement } from '../sql/statement.js';
import { SOURCE } from '../tables/apply/table.js';
import { guardForgedCells } from '../tables/cells/read.js';
import { stampStartSql } from '../tables/clock/clock.js';
import { cellClock, clock } from '../tables/clock/table.js';
import { isRememberedChangeSql, isRememberedSql } from '../tables/former/table.js';
import { IS_MARK } from '../tables/pending/refuse.js';
import { DB_VERSION, LOCAL_SITE } from '../tables/state/table.js';

/**
 * Refuse the batch if it contains a change under this site's id that this site never issued. Clocks that a
 * migration forgot (of a dropped column, say) may come back from other sites and are no forgery.
 */
export function guardForgedQueries(spec: TableSpec): Query[] {
  return [
    statement(guardForged(spec)),
    ...(spec.cellColumns.length > 0 ? [statement(guardForgedCells(spec))] : []),
  ];
}

/**
 * Refuse the batch if a row that lacks a cell waits with a cell that this site is said to have written: it
 * would have written the row.
 */
export function guardForgedWaiting(): Query {
  return statement(statementText`
    INSERT INTO ${GUARD_TABLE} (reason)
    SELECT 'forged'
    FROM ${PENDING_TABLE} AS waiting
    WHERE
      waiting.source = ${SOURCE}
      AND waiting.db_version = ${DB_VERSION}
      AND waiting.site = ${LOCAL_SITE}
      AND NOT ${IS_MARK}
      AND ${isRememberedChangeSql('waiting')}
    LIMIT 1`);
}

function guardForged(spec: TableSpec): string {
  const start = stampStartSql('clock.db_version', 'state.site');
  const isRemembered = ({ name }: { readonly name: string }) => isRememberedSql(spec.name, name);
  // Others reset an old cell to version 0 if its row was created again elsewhere.
  const cells = spec.clockColumns.map((column) => {
    const x = `clock.${cellClock(column.name)}`;
    return block`
      instr(${x}, ${start}) > 0
        AND row_version + CAST(${x} AS INTEGER) > 0
        AND ${isRemembered(column)}`;
  });
  const isForged = [
    // A delete that was forgotten here comes back from databases that remember it.
    block`
      instr(sentinel, ${start}) > 0
        AND NOT (causal_length % 2 = 0 AND causal_length < state.birth)
        AND ${isRememberedSql(spec.name, SENTINEL)}`,
    block`
      row_version > 0 AND row_site = state.site AND ifnull(row_db_version, clock.db_version) = clock.db_version
        AND (
          ${any(spec.clockColumns.map(isRemembered))}
        )`,
    ...cells,
  ];
  return statementText`
    INSERT INTO ${GUARD_TABLE} (reason)
    SELECT 'forged'
    FROM ${STATE_TABLE} AS state
    JOIN ${clock(spec)} AS clock ON clock.db_version = state.db_version
    WHERE
      ${any(isForged)}
    LIMIT 1`;
}
