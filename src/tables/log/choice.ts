import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { all, list, statementText } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { NOW_MS } from '../../sql/now.js';
import { quoteName } from '../../sql/quote.js';
import { type Statement, statement } from '../../sql/statement.js';
import { joinAside, trueValue } from '../aside/truth.js';
import { cellVersionSql } from '../clock/clock.js';
import { CLOCK, clock, clockKeyIs, clockKeys, sameRow } from '../clock/table.js';
import { STATE, TAKE_SEQ } from '../clock/write.js';
import { DB_VERSION } from '../state/table.js';
import { eventValueOf, eventVersion, log } from './table.js';

/**
 * An event that chooses what a cell shows already: it replaces all heads of the cell, and changes no clock. In a pinned
 * transaction.
 */
export function noteChoice(
  spec: TableSpec,
  key: readonly SqlValue[],
  column: ReplicatedColumnSpec,
): Statement[] {
  const args: SqlValue[] = [];
  const ofRow = clockKeyIs(spec, key, args).map((condition) => `${CLOCK}.${condition}`);
  const keys = clockKeys(spec);
  const columns = [...keys, 'arrived', 'site', 'seq', 'time', 'causal_length'];
  const values = [
    ...keys.map((name) => `${CLOCK}.${name}`),
    ...['state.db_version', 'state.site', 'state.seq', NOW_MS, `${CLOCK}.causal_length`],
    `max(${cellVersionSql(column.name, `${CLOCK}.`)}, 0)`,
    trueValue(spec, column.name),
  ];
  const touched: SqlValue[] = [];
  return [
    statement(TAKE_SEQ.toString()),
    statement(
      statementText`
        INSERT INTO ${log(spec)} (${[...columns, eventVersion(column.name), eventValueOf(column.name)].join(', ')})
        SELECT
          ${list(values)}
        FROM ${STATE}, ${clock(spec)} AS ${CLOCK}
        JOIN ${quoteName(spec.name)} AS base ON ${sameRow(spec, CLOCK, 'base')}
        ${joinAside(spec, (name) => `${CLOCK}.${quoteName(keyOf(name))}`)}
        WHERE
          ${all(ofRow)}`,
      args,
    ),
    statement(
      statementText`
        UPDATE ${clock(spec)}
        SET
          row_db_version = ifnull(row_db_version, db_version),
          db_version = ${DB_VERSION}
        WHERE ${clockKeyIs(spec, key, touched).join(' AND ')}`,
      touched,
    ),
  ];
}
