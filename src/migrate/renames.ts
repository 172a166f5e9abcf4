/** The answers that drizzle-kit got to its questions after renames. */
export interface Renames {
  /** New table names by old ones. */
  readonly tables: ReadonlyMap<string, string>;
  /** New column names by old ones, per table under its new name. */
  column(table: string, column: string): string | undefined;
}

/** What a snapshot of drizzle-kit 0.31 records: `"posts"."title"` -> `"posts"."headline"`. */
export interface SnapshotMeta {
  readonly tables?: Readonly<Record<string, string>>;
  readonly columns?: Readonly<Record<string, string>>;
}

export const NO_RENAMES: Renames = { tables: new Map(), column: () => undefined };

export function readRenames({ tables = {}, columns = {} }: SnapshotMeta): Renames {
  const bare = (name: string) => name.replace(/^"|"$/g, '');
  return {
    tables: new Map(Object.entries(tables).map(([from, to]) => [bare(from), bare(to)])),
    column(table, column) {
      // Looked up, not taken apart: a name may hold `"."` itself.
      const to = columns[`"${table}"."${column}"`];
      const prefix = `"${table}"."`;
      return to?.startsWith(prefix) ? to.slice(prefix.length, -1) : undefined;
    },
  };
}

/** First one migration's renames, then the next one's. */
export function followedBy(first: Renames, second: Renames): Renames {
  const tables = new Map(second.tables);
  for (const [from, to] of first.tables) {
    tables.delete(to);
    tables.set(from, second.tables.get(to) ?? to);
  }
  const formerTable = (table: string) =>
    [...second.tables].find(([, to]) => to === table)?.[0] ?? table;
  return {
    tables,
    column(table, column) {
      const between = first.column(formerTable(table), column);
      const after = second.column(table, between ?? column);
      return after ?? between;
    },
  };
}
