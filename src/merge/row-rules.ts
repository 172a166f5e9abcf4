import type { TableSpec } from '../model/table-spec.js';
import type { StatementLimits } from '../sql/multi-row.js';
import type { Statement } from '../sql/statement.js';
import { refuseIfFound } from '../tables/guard/table.js';
import {
  offeredOutside,
  type RowsOutside,
  type RuledTable,
  touchedOutside,
  waitingOutside,
} from './outside.js';
import { type LimitedSource, rightsIn, type Trial } from './source.js';
import type { RowOffer } from './table-group.js';

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

  /**
   * Fail if a delete that waited would be applied to a row which the batch has just made, and which is outside of its
   * condition. After the merge nothing would be left of the row to look at, but its tombstone.
   */
  guardDeletes(): Statement[] {
    return this.#deletes().map(({ query }) => refuseIfFound(query));
  }

  /** Collects the rows that {@link guardDeletes} would find. */
  collectDeletes(trial: Trial): Statement[] {
    return this.#collect(this.#deletes(), 'after', trial);
  }

  /** Fail if the merge has touched a row that is outside of its condition now. */
  guardAfter(): Statement[] {
    return this.#tables.map((table) => refuseIfFound(touchedOutside(table)));
  }

  /**
   * Collects the rows that {@link guardBefore} or {@link guardAfter} would find. Changes that waited must not
   * be removed yet.
   */
  collect(when: 'before' | 'after', trial: Trial): Statement[] {
    return this.#collect(this.#outside(when), when, trial);
  }

  #collect(
    rows: readonly RowsOutside[],
    when: 'before' | 'after',
    { found, refused }: Trial,
  ): Statement[] {
    return rows.map(({ query, mark, table, pkOf }) =>
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
      ...offeredOutside(table, when, this.input.limits),
      ...(table.isDrained ? [waitingOutside(table, when, this.#waiting)] : []),
    ]);
  }

  #deletes(): RowsOutside[] {
    const more = ["waiting.cid = '-1'", 'waiting.causal_length % 2 = 0'];
    return this.#tables
      .filter(({ isDrained }) => isDrained)
      .map((table) => waitingOutside(table, 'after', { ...this.#waiting, more }));
  }

  get #waiting() {
    const { source, onlyTried } = this.input;
    return { source: source.id, onlyTried };
  }
}
