import type { SqlValue } from '../model/value.js';
import { JsonRow, JsonRows } from './json-rows.js';
import { MultiRowStatements, type StatementLimits } from './multi-row.js';
import { quoteText } from './quote.js';
import { bindValue, type Statement } from './statement.js';

/**
 * Statements that read many rows: in JSON if that carries a row exactly, otherwise as bound values.
 *
 * @typeParam Origin the object that a row is made from.
 */
export class SourceRows<Origin> {
  readonly #json: JsonRows<Origin>;
  readonly #bound: MultiRowStatements;

  /**
   * @param sql makes a statement, given SQL of a value by its index in the row, and the rows for FROM.
   * @param write writes the values of a row in order.
   */
  constructor(
    sql: (value: (index: number) => string, rows: string) => string,
    readonly write: (origin: Origin, to: RowWriter) => void,
    limits: StatementLimits,
  ) {
    this.#json = new JsonRows(sql);
    this.#bound = new MultiRowStatements(
      (values) => sql((index) => `j.column${index + 1}`, `(${values}) AS j`),
      limits,
    );
  }

  add(origin: Origin): void {
    const json = new JsonRow();
    this.write(origin, json);
    if (json.isExact) this.#json.add(origin, json);
    else this.#bind(origin);
  }

  finish(): Statement[] {
    this.#json.finish();
    for (const origin of this.#json.inexact) this.#bind(origin);
    return [...this.#json.statements, ...this.#bound.finish()];
  }

  #bind(origin: Origin): void {
    const bound = new BoundRow();
    this.write(origin, bound);
    this.#bound.add(bound.sql.join(','), bound.args);
  }
}

export interface RowWriter {
  value(value: SqlValue): void;
  /** A safe integer. */
  number(value: number): void;
  text(value: string | null): void;
}

/** A row as SQL of its values, and what they bind. */
export class BoundRow implements RowWriter {
  readonly sql: string[] = [];
  readonly args: SqlValue[] = [];

  value(value: SqlValue): void {
    this.sql.push(bindValue(value, this.args));
  }

  number(value: number): void {
    this.sql.push(String(value));
  }

  text(value: string | null): void {
    this.sql.push(value === null ? 'NULL' : quoteText(value));
  }
}
