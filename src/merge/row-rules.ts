import type { TableSpec } from '../model/table-spec.js';
import { hexToBytes } from '../model/value.js';
import { block, list } from '../sql/layout.js';
import type { StatementLimits } from '../sql/multi-row.js';
import { PENDING_TABLE } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { type Statement, statement } from '../sql/statement.js';
import { clock, clockKeys } from '../tables/clock/table.js';
import { refuseIfFound } from '../tables/guard/table.js';
import { fromSource, isMarkedSql, pendingKeys } from '../tables/pending/table.js';
import { DB_VERSION } from '../tables/state/table.js';
import type { RowOffer } from './group.js';
import { queryOffered } from './offered-keys.js';
import { rowsOutsideSql } from './rows-outside.js';
import { type LimitedSource, rightsIn, type Trial } from './source.js';

/** The rows that a batch may touch in one table, with the condition that they must meet. */
interface RuledTable {
  readonly spec: TableSpec;
  readonly condition: Statement;
  readonly offers: readonly RowOffer[];
  /** Whether changes that wait are applied, too. */
  readonly isDrained: boolean;
}

export interface RowRulesInput {
  readonly source: LimitedSource;
  readonly offers: ReadonlyMap<TableSpec, readonly RowOffer[]>;
  readonly drained: readonly TableSpec[];
  /** Of what waits, only what is marked to be tried is applied. */
  readonly onlyTried: boolean;
  readonly limits: StatementLimits;
}

/**
 * The conditions that rows must meet before a batch is merged and after it. Either a row that does not
 * meet its condition fails the batch, or a trial finds all such rows.
 */
export class RowRules {
  readonly #tables: readonly RuledTable[];

  constructor(readonly input: RowRulesInput) {
    const { source, offers, drained } = input;
    this.#tables = [...new Set([...offers.keys(), ...drained])].flatMap((spec) => {
      const condition = rightsIn(source, spec.name)?.where;
      if (condition === undefined) return [];
      return [
        { spec, condition, offers: offers.get(spec) ?? [], isDrained: drained.includes(spec) },
      ];
    });
  }

  /** Fail if a row is outside of its condition as it is. */
  guardBefore(): Statement[] {
    return this.#outside('before').map(({ query }) => refuseIfFound(query));
  }

  /** Fail if the merge has touched a row that is outside of its condition now. */
  guardAfter(): Statement[] {
    return this.#tables.map(({ spec, condition }) => {
      const touched = block`
        SELECT ${list(['1 AS column1', ...clockKeys(spec).map((key, i) => `${key} AS column${i + 2}`)])}
        FROM ${clock(spec)}
        WHERE db_version = ${DB_VERSION}`;
      return refuseIfFound(statement(rowsOutsideSql(spec, touched, condition.sql), condition.args));
    });
  }

  /**
   * Collects the rows that {@link guardBefore} or {@link guardAfter} would find. Changes that waited must not
   * be removed yet.
   */
  collect(when: 'before' | 'after', { found, refused }: Trial): Statement[] {
    return this.#outside(when).map(({ query, mark, table, pkOf }) =>
      found.collect(query, mark, (text) =>
        refused({
          table,
          pk: pkOf(text),
          code: 'CRR_CHANGE_ROW_REFUSED',
          isOutside: when === 'before',
        }),
      ),
    );
  }

  #outside(when: 'before' | 'after'): RowsOutside[] {
    return this.#tables.flatMap((table) => [
      ...this.#offered(table, when),
      ...(table.isDrained ? [this.#waiting(table, when)] : []),
    ]);
  }

  #offered({ spec, condition, offers }: RuledTable, when: 'before' | 'after'): RowsOutside[] {
    const queries = queryOffered(
      offers,
      this.input.limits,
      (rows) => rowsOutsideSql(spec, rows, condition.sql, isTouched(spec, when)),
      condition.args,
    );
    const pkOf = (index: string) => offers[Number(index)]!.pk;
    return queries.map((query) => ({ query, mark: 'mark', table: spec.name, pkOf }));
  }

  #waiting({ spec, condition }: RuledTable, when: 'before' | 'after'): RowsOutside {
    const { source, onlyTried } = this.input;
    const keys = pendingKeys(spec.key.length).map((key, i) => `${key} AS column${i + 2}`);
    const waiting = block`
      SELECT DISTINCT ${list(['pk AS column1', ...keys])}
      FROM ${PENDING_TABLE} AS waiting
      WHERE ${[
        ...fromSource('waiting', source.id, spec, { onlyTried }),
        ...(onlyTried ? [isMarkedSql('waiting')] : []),
      ].join(' AND ')}`;
    const sql = rowsOutsideSql(spec, waiting, condition.sql, isTouched(spec, when));
    return {
      query: statement(sql, condition.args),
      mark: 'hex(mark)',
      table: spec.name,
      pkOf: hexToBytes,
    };
  }
}

/** A query of rows that do not meet their condition. */
interface RowsOutside {
  readonly query: Statement;
  /** SQL of a row's mark in the query. */
  readonly mark: string;
  readonly table: string;
  /** The packed key of the row with a mark. */
  readonly pkOf: (mark: string) => Uint8Array;
}

/** SQL condition: the running apply has changed the row. */
function isTouched(spec: TableSpec, when: 'before' | 'after') {
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
