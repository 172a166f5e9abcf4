import { quoteName } from '../sql/quote.js';
import { columnsOf, follow, readDdl, rebuiltAs } from './ddl.js';
import type { Migration, SnapshotTable } from './migration.js';

/** A table whose rows refer to a rebuilt one, directly or through others. */
export interface Relative {
  /** Its name when the other one is dropped. */
  readonly name: string;
  /** The table's name before the migration; undefined if it is new. */
  readonly before: string | undefined;
  /** Its columns as SQL, if some of them are generated. */
  readonly columns: string | undefined;
  /** Its name afterwards, if that is another. */
  readonly becomes?: string;
}

/** Which tables refer to which, at any point of a migration. */
export class Family {
  readonly #migration: Migration;
  readonly #tablesBefore: ReadonlyMap<string, SnapshotTable>;
  /** Children by parents. Tables go by their names after the migration here, if they are still there then. */
  readonly #children = new Map<string, Set<string>>();
  /** Present names by these names. */
  readonly #present = new Map<string, string>();
  readonly #columns: Map<string, Set<string>>;
  readonly #rebuilt = new Set<string>();

  constructor(migration: Migration, before: Migration | undefined) {
    this.#migration = migration;
    this.#tablesBefore = before?.tables ?? new Map();
    this.#columns = columnsOf(before?.tables);
    for (const [name, table] of this.#tablesBefore) {
      this.#present.set(this.#identity(name), name);
      this.#addParents(this.#identity(name), table, (parent) => this.#identity(parent));
    }
    // A reference may be there before the migration, after it, or both.
    for (const [name, table] of migration.tables) this.#addParents(name, table, (parent) => parent);
  }

  #addParents(child: string, table: SnapshotTable, identity: (name: string) => string): void {
    for (const { tableTo } of Object.values(table.foreignKeys ?? {})) {
      const parent = identity(tableTo);
      this.#children.set(parent, (this.#children.get(parent) ?? new Set()).add(child));
    }
  }

  #identity(before: string): string {
    return this.#migration.renames.tables.get(before) ?? before;
  }

  /** Goes on behind a statement. */
  follow(sql: string): void {
    const ddl = readDdl(sql);
    follow(sql, this.#columns);
    if (ddl?.does === 'create table') this.#present.set(ddl.table, ddl.table);
    if (ddl?.does !== 'rename table') return;
    if (ddl.table === rebuiltAs(ddl.to)) this.#rebuilt.add(ddl.to);
    else this.#present.set(this.#identity(ddl.table), ddl.to);
  }

  /** The tables whose rows refer to a table that is about to be dropped for its rebuild, children first. */
  below(table: string): Relative[] {
    const top = [...this.#present].find(([, name]) => name === table)?.[0] ?? table;
    const seen = new Set<string>();
    const found: string[] = [];
    const visit = (identity: string) => {
      seen.add(identity);
      for (const child of this.#children.get(identity) ?? []) if (!seen.has(child)) visit(child);
      if (identity !== top) found.push(identity);
    };
    visit(top);
    const relatives = found.flatMap((identity) => {
      const name = this.#present.get(identity);
      return name === undefined ? [] : [this.#relative(identity, name)];
    });
    const refersToItself = [...seen].some((identity) => this.#children.get(identity)?.has(top));
    if (!refersToItself) return relatives;
    // The new table refers to the old one, or to a child of it.
    const columns = this.#stored(top, this.#migration.tables.get(top), undefined);
    const { before } = this.#relative(top, table);
    return [...relatives, { name: rebuiltAs(table), before, columns, becomes: table }];
  }

  #relative(identity: string, name: string): Relative {
    const before = [...this.#tablesBefore.keys()].find(
      (other) => this.#identity(other) === identity,
    );
    const columns = this.#rebuilt.has(name)
      ? this.#stored(identity, this.#migration.tables.get(identity), undefined)
      : this.#stored(identity, this.#tablesBefore.get(before ?? ''), this.#columns.get(name));
    return { name, before, columns };
  }

  /** The columns that hold values. Generated ones cannot be written. */
  #stored(
    identity: string,
    table: SnapshotTable | undefined,
    present: ReadonlySet<string> | undefined,
  ): string | undefined {
    const columns = Object.values(table?.columns ?? {});
    const now = (name: string) =>
      present?.has(name) ? name : (this.#migration.renames.column(identity, name) ?? name);
    const generated = columns.filter((column) => column.generated !== undefined);
    if (generated.length === 0) return undefined;
    const hidden = new Set(generated.map(({ name }) => now(name)));
    const all = present ?? columns.map(({ name }) => name);
    return [...all]
      .filter((name) => !hidden.has(name))
      .map(quoteName)
      .join(', ');
  }
}
