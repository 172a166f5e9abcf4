/** A merge runs about ten statements, half of them with other texts for each table. */
const MOST = 100;

/**
 * Statements that a driver has compiled, by their texts. A merge of one row takes three times as long without: SQLite
 * compiles the triggers along with each statement that fires them. Those used longest ago go first.
 */
export class PreparedStatements<T> {
  readonly #kept = new Map<string, T>();

  constructor(private readonly prepare: (sql: string) => T) {}

  /** A statement that fails is not used again: some drivers leave it half way. */
  run<R>(sql: string, use: (prepared: T) => R): R {
    const prepared = this.#kept.get(sql) ?? this.prepare(sql);
    this.#kept.delete(sql);
    const result = use(prepared);
    this.#kept.set(sql, prepared);
    if (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value!);
    return result;
  }
}
