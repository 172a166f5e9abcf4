/** The renames, from the answers to drizzle-kit's questions. */
export interface Renames {
  /** New table names by old ones. */
  readonly tables: ReadonlyMap<string, string>;
  /** New column names by old ones, per table under its new name. */
  column(table: string, column: string): string | undefined;
}

/** How a snapshot of drizzle-kit 0.31 records them: `"posts"."title"` -> `"posts"."headline"`. */
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
      // Looked up whole rather than split, because a name may contain `"."`.
      const to = columns[`"${table}"."${column}"`];
      const prefix = `"${table}"."`;
      return to?.startsWith(prefix) ? to.slice(prefix.length, -1) : undefined;
    },
  };
}

/** The renames of one migration, followed by those of the next. */
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
