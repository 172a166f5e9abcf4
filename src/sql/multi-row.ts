import type { SqlValue } from '../model/value.js';
import { type Statement, statement } from './statement.js';

/** Rows in one statement: compiling the gate's triggers is paid once for all of them. */
const MAX_ROWS = 3_000;

/** How large a statement may be on an engine. */
export interface StatementLimits {
  /** How many `?` it may have. */
  readonly maxParameters: number;
  /** Bytes of its text. */
  readonly maxStatementBytes: number;
}

/** Of the bytes of a statement, this part is for its rows: integers beyond 2^53 and whole reals are text. */
const SHARE_OF_ROWS = 0.5;

/** Makes statements that read `INSERT ... VALUES (...), (...)`, each within the limits. */
export class MultiRowStatements {
  readonly #done: Statement[] = [];
  #rows: string[] = [];
  #args: SqlValue[] = [];
  #length = 0;

  constructor(
    readonly sql: (values: string) => string,
    readonly limits: StatementLimits,
  ) {}

  add(row: string, args: readonly SqlValue[]): void {
    const { maxParameters, maxStatementBytes } = this.limits;
    // Texts are bound, so the characters of a row are ASCII but for its names.
    const length = this.#length + row.length;
    if (
      this.#rows.length === MAX_ROWS ||
      this.#args.length + args.length > maxParameters ||
      length > maxStatementBytes * SHARE_OF_ROWS
    ) {
      this.#flush();
    }
    this.#length += row.length;
    this.#rows.push(`(${row})`);
    for (const arg of args) this.#args.push(arg);
  }

  finish(): Statement[] {
    this.#flush();
    return this.#done;
  }

  #flush(): void {
    if (this.#rows.length === 0) return;
    this.#done.push(statement(this.sql(`VALUES ${this.#rows.join(',\n')}`), this.#args));
    this.#rows = [];
    this.#args = [];
    this.#length = 0;
  }
}
