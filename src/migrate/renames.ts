/** The renames, from the answers to drizzle-kit's questions. */
export interface Renames {
  /** New table names by old ones. */
  readonly tables: ReadonlyMap<string, string>;
  /** New column names by old ones, per table under its new name. */
  column(table: string, column: string): string | undefined;
}

export const NO_RENAMES: Renames = { tables: new Map(), column: () => undefined };

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
