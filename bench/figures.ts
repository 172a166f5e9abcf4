/** A figure and the bound that it should not exceed. */
export interface Target {
  readonly atMost: number;
  readonly meaning: string;
}

/** The published figures, in the order of the table. All others are listed below them. */
export const TARGETS: Readonly<Record<string, Target>> = {
  insert_x: { atMost: 1.8, meaning: 'insert, 5 columns, 500 rows per statement' },
  insert_wide_x: { atMost: 1.7, meaning: 'insert, 12 columns, 500 rows per statement' },
  update_x: { atMost: 2.2, meaning: 'update of one column by key, prepared statement' },
  delete_x: { atMost: 2.5, meaning: 'delete by key, prepared statement' },
  read_x: { atMost: 4, meaning: 'read all changes, typed / SELECT *' },
  apply_new_x: { atMost: 2.5, meaning: 'apply to an empty site / upsert of the same rows' },
  apply_update_x: { atMost: 3, meaning: 'apply newer versions of every cell / upsert' },
  apply_noop_x: { atMost: 1.5, meaning: 'apply what is known already / upsert' },
  size_x: { atMost: 1.8, meaning: 'file size, 5 text columns, random UUID key' },
  select_x: { atMost: 1.02, meaning: 'reads of a CRR / of a plain table' },
  apply_remote_roundtrips: { atMost: 3, meaning: 'requests to sqld for 10,000 changes' },
  rss_1m_mb: { atMost: 250, meaning: 'peak memory, 1,000,000 cells exported and applied, MB' },
  compact_size_x: { atMost: 2, meaning: 'compacted file / file with only its rows, vacuumed' },
  growth: { atMost: 1.3, meaning: 'cost per row at 1,000,000 rows / at 10,000, worst of both' },
};

/** What was measured: this package or cr-sqlite, each compared to a plain table on the same engine. */
export type Column = 'ours' | 'crsqlite_wasm' | 'ours_wasm' | 'crsqlite_native';

/** All results of a run. */
export class Figures {
  readonly #values = new Map<string, Map<Column, number>>();
  readonly #details = new Map<string, string>();

  /** `detail` shows the two values of a ratio. */
  set(name: string, value: number, detail?: string, column: Column = 'ours'): void {
    const row = this.#values.get(name) ?? new Map<Column, number>();
    this.#values.set(name, row.set(column, value));
    if (detail !== undefined) this.#details.set(name, detail);
  }

  get(name: string, column: Column = 'ours'): number | undefined {
    return this.#values.get(name)?.get(column);
  }

  detail(name: string): string {
    return this.#details.get(name) ?? '';
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  /** The figures by name. Those of other columns are named `<name>.<column>`. */
  toJSON(): Record<string, number> {
    const entries = this.names().flatMap((name) =>
      [...this.#values.get(name)!].map(
        ([column, value]) =>
          [column === 'ours' ? name : `${name}.${column}`, Number(value.toFixed(3))] as const,
      ),
    );
    return Object.fromEntries(entries);
  }
}
