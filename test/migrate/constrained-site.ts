/** A site of an application with constraints, whose migrations a test writes. */
import { drizzle } from 'drizzle-orm/libsql';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { withCrr } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { growingTables } from '../../src/migrate/fold.js';
import { joinChunks } from '../../src/migrate/migration.js';
import { planAlter } from '../../src/migrate/plan.js';
import type { Renames } from '../../src/migrate/renames.js';
import { type CrrState, tableState } from '../../src/migrate/state.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { memoryClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';

export type Tables = Readonly<Record<string, SQLiteTable>>;
const NONE: Renames = { tables: new Map(), column: () => undefined };
const specsOf = (tables: Tables) => [...readSchema(tables).tables.values()];

/** A site whose migrations are those of generate, around the statements of drizzle-kit that a test gives. */
export class Site {
  readonly client = memoryClient({ intMode: 'bigint' });
  tables: Tables;
  constructor(tables: Tables) {
    this.tables = tables;
  }
  static async open(tables: Tables): Promise<Site> {
    const site = new Site(tables);
    const plan = planAlter({
      state: new Map(),
      wanted: specsOf(tables),
      renames: NONE,
      touched: new Set(),
      repair: new Set(),
    })!;
    const create = Object.values(tables).flatMap((table) => createTableSql(table));
    await site.client.migrate([...create, ...plan.begin, ...plan.commit]);
    return site;
  }
  get db() {
    return withCrr(drizzle({ client: this.client }), { schema: this.tables });
  }
  async migrate(
    to: Tables,
    ddl: readonly string[],
    renames: Partial<{ tables: Record<string, string>; columns: Record<string, string> }> = {},
  ) {
    const state: CrrState = new Map(
      specsOf(this.tables).map((spec) => [spec.name, tableState(spec)]),
    );
    const plan = planAlter({
      state,
      wanted: specsOf(to),
      renames: {
        tables: new Map(Object.entries(renames.tables ?? {})),
        column: (table, column) => renames.columns?.[`${table}.${column}`],
      },
      touched: new Set(),
      repair: new Set(),
      growing: new Set(growingTables(joinChunks(ddl), [...state.keys()])),
    });
    await this.client.migrate([...(plan?.begin ?? []), ...ddl, ...(plan?.commit ?? [])]);
    this.tables = to;
    expect(await checkDatabase(libsqlConnection(this.client), readSchema(to))).toEqual([]);
  }
  async run(...statements: string[]) {
    for (const sql of statements) await this.client.execute(sql);
  }
  async rows(sql: string) {
    return (await this.client.execute(sql)).rows.map((row) =>
      Array.from(row as ArrayLike<unknown>, (v) => (typeof v === 'bigint' ? Number(v) : v)),
    );
  }
  async pull(other: Site) {
    return this.db.$crr.apply(await other.db.$crr.changes());
  }
}
/** Both read all of each other, twice. */
export const exchange = async (a: Site, b: Site) => {
  for (let i = 0; i < 2; i++) {
    await a.pull(b);
    await b.pull(a);
  }
};
