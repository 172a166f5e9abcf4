import type { SqlValue } from '../model/value.js';
import { type Statement, statement } from './statement.js';

/** Rows in one statement: compiling the gate's triggers is paid once for all of them. */
const MAX_ROWS = 3_000;

/** Makes statements that read `INSERT ... VALUES (...), (...)`, each within the limits. */
export class MultiRowStatements {
  readonly #done: Statement[] = [];
  #rows: string[] = [];
  #args: SqlValue[] = [];

  constructor(
    readonly sql: (values: string) => string,
    readonly maxParameters: number,
  ) {}

  add(row: string, args: readonly SqlValue[]): void {
    if (this.#rows.length === MAX_ROWS || this.#args.length + args.length > this.maxParameters) {
      this.#flush();
    }
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
  }
}
