import type { SqlValue } from '../model/value.js';
import { type Statement, statement } from './statement.js';

/** Characters in one bound text: within what D1 takes as a value, whatever the characters are. */
const MAX_LENGTH = 600_000;

/** NUL, and halves of surrogate pairs: binding and JSON make different texts of them. */
const INEXACT = /\\u(0000|d[89a-f])/;

/** A row as JSON carries it. */
export class JsonRow {
  readonly values: (null | number | string)[] = [];
  /**
   * False once a value came that must be bound: a blob, an integer beyond 2^53, or a real, whose
   * digits not every engine reads back to the last bit.
   */
  isExact = true;

  value(value: SqlValue): void {
    if (value === null || typeof value === 'string') this.values.push(value);
    else if (typeof value === 'bigint') this.number(Number(value));
    else this.isExact = false;
  }

  number(value: number): void {
    if (Number.isSafeInteger(value)) this.values.push(value);
    else this.isExact = false;
  }

  text(value: string | null): void {
    this.values.push(value);
  }
}

/**
 * Makes statements that read their rows from one bound JSON text: neither SQL nor parameters grow
 * with the rows.
 *
 * @typeParam Origin the object that a row was made from.
 */
export class JsonRows<Origin> {
  readonly statements: Statement[] = [];
  /** Rows that JSON would not carry exactly after all, and that no statement has. */
  readonly inexact: Origin[] = [];
  #rows: JsonRow['values'][] = [];
  #origins: Origin[] = [];
  #length = 0;

  /** @param sql makes a statement, given SQL of a value by its index in the row, and of all rows. */
  constructor(readonly sql: (value: (index: number) => string, rows: string) => string) {}

  add(origin: Origin, row: JsonRow['values']): void {
    let length = 2;
    for (const value of row) length += typeof value === 'string' ? value.length + 3 : 8;
    if (this.#length + length > MAX_LENGTH) this.#flush();
    this.#length += length;
    this.#rows.push(row);
    this.#origins.push(origin);
  }

  finish(): void {
    this.#flush();
  }

  #flush(): void {
    if (this.#rows.length === 0) return;
    const text = JSON.stringify(this.#rows);
    if (INEXACT.test(text)) for (const origin of this.#origins) this.inexact.push(origin);
    else {
      const value = (index: number) => this.#literal(index) ?? `j.value ->> ${index}`;
      this.statements.push(statement(this.sql(value, 'json_each(?) AS j'), [text]));
    }
    this.#rows = [];
    this.#origins = [];
    this.#length = 0;
  }

  /** A number that all rows share, as SQL: versions and sites mostly are. It need not be extracted from the JSON. */
  #literal(index: number): string | undefined {
    const shared = this.#rows[0]![index];
    if (typeof shared !== 'number') return undefined;
    return this.#rows.every((row) => row[index] === shared) ? String(shared) : undefined;
  }
}
