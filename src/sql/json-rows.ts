import type { SqlValue } from '../model/value.js';
import { partsOfReal, realOfParts } from './real.js';
import { type Statement, statement } from './statement.js';

/** Characters in one bound text: within what D1 takes as a value, whatever the characters are. */
const MAX_LENGTH = 600_000;

/** NUL, and halves of surrogate pairs: binding and JSON make different texts of them. */
const INEXACT = /\\u(0000|d[89a-f])/;

/** A row as JSON carries it. */
export class JsonRow {
  readonly values: (null | number | string)[] = [];
  /** For each real of the row its index in {@link values}, and its shift; see real.ts. */
  reals: Map<number, number> | undefined;
  /** False once a value came that must be bound: a blob, an integer beyond 2^53, or a very large or small real. */
  isExact = true;

  value(value: SqlValue): void {
    if (value === null || typeof value === 'string') this.values.push(value);
    else if (typeof value === 'bigint') this.number(Number(value));
    else if (typeof value === 'number') this.#real(value);
    else this.isExact = false;
  }

  #real(value: number): void {
    const parts = partsOfReal(value);
    if (parts === undefined) {
      this.isExact = false;
      return;
    }
    this.reals ??= new Map();
    this.reals.set(this.values.length, parts.shift);
    this.values.push(parts.integer);
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
  #rows: JsonRow[] = [];
  #origins: Origin[] = [];
  #length = 0;

  /** @param sql makes a statement, given SQL of a value by its index in the row, and of all rows. */
  constructor(readonly sql: (value: (index: number) => string, rows: string) => string) {}

  add(origin: Origin, row: JsonRow): void {
    let length = 2;
    for (const value of row.values) length += typeof value === 'string' ? value.length + 3 : 8;
    if (this.#length + length > MAX_LENGTH) this.#flush();
    this.#length += length;
    this.#rows.push(row);
    this.#origins.push(origin);
  }

  finish(): void {
    this.#flush();
  }

  #flush(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    const shifts = this.#addShifts();
    const shared = sharedValues(rows, shifts);
    const kept = shared.flatMap((sql, index) => (sql === undefined ? [index] : []));
    const text = JSON.stringify(rows.map(({ values }) => kept.map((index) => values[index])));
    if (INEXACT.test(text)) for (const origin of this.#origins) this.inexact.push(origin);
    else {
      const plain = (index: number) => shared[index] ?? `j.value ->> ${kept.indexOf(index)}`;
      const value = (index: number) => {
        const shift = shifts.get(index);
        if (shift === undefined) return plain(index);
        const real = realOfParts(`(${plain(index)})`, `(${plain(shift)})`);
        // In other rows the value may not be a real.
        return rows.every(({ reals }) => reals?.has(index))
          ? real
          : `coalesce(${real}, ${plain(index)})`;
      };
      this.statements.push(statement(this.sql(value, 'json_each(?) AS j'), [text]));
    }
    this.#rows = [];
    this.#origins = [];
    this.#length = 0;
  }

  /** Adds the shifts of reals at the ends of all rows. Returns the index of the shift for that of each value. */
  #addShifts(): ReadonlyMap<number, number> {
    const shifts = new Map<number, number>();
    const width = this.#rows[0]!.values.length;
    for (const { reals } of this.#rows) {
      for (const index of reals?.keys() ?? []) {
        if (!shifts.has(index)) shifts.set(index, width + shifts.size);
      }
    }
    for (const index of shifts.keys()) {
      for (const { values, reals } of this.#rows) values.push(reals?.get(index) ?? null);
    }
    return shifts;
  }
}

/**
 * By index, the SQL of a number or NULL that all rows share, as versions and sites mostly are. They are not in the JSON: a value
 * costs more there than most of what is done with it.
 */
function sharedValues(
  rows: readonly JsonRow[],
  shifts: ReadonlyMap<number, number>,
): (string | undefined)[] {
  return rows[0]!.values.map((value, index) => {
    if (typeof value === 'string' || shifts.has(index)) return undefined;
    if (!rows.every(({ values }) => values[index] === value)) return undefined;
    return value === null ? 'NULL' : String(value);
  });
}
