import type { TableSpec } from '../model/table-spec.js';
import { hexToBytes } from '../model/value.js';
import { block, list } from '../sql/layout.js';
import type { StatementLimits } from '../sql/multi-row.js';
import { PENDING_TABLE } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { type Statement, statement } from '../sql/statement.js';
import { clock, clockKeys } from '../tables/clock/table.js';
import { fromSource, isMarkedSql, pendingKeys } from '../tables/pending/table.js';
import { DB_VERSION } from '../tables/state/table.js';
import { queryOffered } from './offered-keys.js';
import { rowsOutsideSql } from './rows-outside.js';
import type { RowOffer } from './table-group.js';

/** The rows that a batch may touch in one table, with the condition that they must meet. */
export interface RuledTable {
  readonly spec: TableSpec;
  readonly condition: Statement;
  readonly offers: readonly RowOffer[];
  /** Whether changes that wait are applied, too. */
  readonly isDrained: boolean;
}

/** A query of rows that do not meet their condition. */
export interface RowsOutside {
  readonly query: Statement;
  /** SQL of a row's mark in the query. */
  readonly mark: string;
  readonly table: string;
  /** The packed key of the row with a mark. */
  readonly pkOf: (mark: string) => Uint8Array;
}

type When = 'before' | 'after';

/** Rows of the batch that are outside before it is merged, or that it has put there. */
export function offeredOutside(
  { spec, condition, offers }: RuledTable,
  when: When,
  limits: StatementLimits,
): RowsOutside[] {
  const queries = queryOffered(
    offers,
    limits,
    (rows) => rowsOutsideSql(spec, rows, condition.sql, isTouched(spec, when)),
    condition.args,
  );
  const pkOf = (index: string) => offers[Number(index)]!.pk;
  return queries.map((query) => ({ query, mark: 'mark', table: spec.name, pkOf }));
}

export interface WaitingOptions {
  readonly source: string;
  /** Of what waits, only what is marked to be tried. */
  readonly onlyTried: boolean;
  /** Further conditions on what waits. */
  readonly more?: readonly string[];
}

/** The same of the rows that something waits for. */
export function waitingOutside(
  { spec, condition }: RuledTable,
  when: When,
  { source, onlyTried, more = [] }: WaitingOptions,
): RowsOutside {
  const keys = pendingKeys(spec.key.length).map((key, i) => `${key} AS column${i + 2}`);
  const waiting = block`
    SELECT DISTINCT ${list(['pk AS column1', ...keys])}
    FROM ${PENDING_TABLE} AS waiting
    WHERE ${[
      ...fromSource('waiting', source, spec, { onlyTried }),
      ...(onlyTried ? [isMarkedSql('waiting')] : []),
      ...more,
    ].join(' AND ')}`;
  return {
    query: statement(
      rowsOutsideSql(spec, waiting, condition.sql, isTouched(spec, when)),
      condition.args,
    ),
    mark: 'hex(mark)',
    table: spec.name,
    pkOf: hexToBytes,
  };
}

/** All rows that the merge has touched and that are outside now. */
export function touchedOutside({ spec, condition }: RuledTable): Statement {
  const touched = block`
    SELECT ${list(['1 AS column1', ...clockKeys(spec).map((key, i) => `${key} AS column${i + 2}`)])}
    FROM ${clock(spec)}
    WHERE db_version = ${DB_VERSION}`;
  return statement(rowsOutsideSql(spec, touched, condition.sql), condition.args);
}

/** SQL condition: the running apply has changed the row. */
function isTouched(spec: TableSpec, when: When) {
  if (when === 'before') return [];
  const table = quoteName(spec.name);
  const keys = clockKeys(spec).map(
    (key, i) => `crr_touched.${key} = ${table}.${quoteName(spec.key[i]!.name)}`,
  );
  return [
    block`
      EXISTS (
        SELECT 1 FROM ${clock(spec)} AS crr_touched
        WHERE ${keys.join(' AND ')} AND crr_touched.db_version = ${DB_VERSION}
      )`,
  ];
}
