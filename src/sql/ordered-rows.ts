import { JsonRow, JsonRows } from './json-rows.js';
import { MultiRowStatements, type StatementLimits } from './multi-row.js';
import type { RowWriter } from './source-rows.js';
import { BoundRow } from './source-rows.js';
import type { Statement } from './statement.js';

/**
 * Statements that read many rows in their order: all of them in JSON if that carries each exactly, otherwise all as
 * bound values. See {@link SourceRows} for rows whose order does not matter.
 *
 * @typeParam Origin the object that a row is made from.
 */
export class OrderedRows<Origin> {
  /**
   * @param sql makes a statement, given SQL of a value by its index in the row, and the rows for FROM.
   * @param write writes the values of a row in order.
   */
  constructor(
    readonly sql: (value: (index: number) => string, rows: string) => string,
    readonly write: (origin: Origin, to: RowWriter) => void,
    readonly limits: StatementLimits,
  ) {}

  statements(origins: readonly Origin[]): Statement[] {
    return this.#json(origins) ?? this.#bound(origins);
  }

  /** Undefined if JSON does not carry all of them exactly. */
  #json(origins: readonly Origin[]): Statement[] | undefined {
    const json = new JsonRows<Origin>(this.sql);
    for (const origin of origins) {
      const row = new JsonRow();
      this.write(origin, row);
      if (!row.isExact) return undefined;
      json.add(origin, row);
    }
    json.finish();
    return json.inexact.length === 0 ? json.statements : undefined;
  }

  #bound(origins: readonly Origin[]): Statement[] {
    const bound = new MultiRowStatements(
      (values) => this.sql((index) => `j.column${index + 1}`, `(${values}) AS j`),
      this.limits,
    );
    for (const origin of origins) {
      const row = new BoundRow();
      this.write(origin, row);
      bound.add(row.sql.join(','), row.args);
    }
    return bound.finish();
  }
}
