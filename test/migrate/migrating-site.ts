/** Sites that run migrations as drizzle-kit and `drizzle-crr generate` write them, without running either. */
import { drizzle } from 'drizzle-orm/libsql';
import { type Cursor, unpackKey, withCrr } from '../../src/index.js';
import { growingTables } from '../../src/migrate/fold.js';
import { joinChunks } from '../../src/migrate/migration.js';
import { planAlter } from '../../src/migrate/plan.js';
import type { Renames } from '../../src/migrate/renames.js';
import { type CrrState, tableState } from '../../src/migrate/state.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { memoryClient } from '../support/client.js';
import { type PlainColumn, plainCrr } from '../support/drizzle-table.js';

/** How a table with the key "id" looks. */
export interface Version {
  readonly table: string;
  readonly columns: readonly PlainColumn[];
}

/** One migration: how the table looks after it, what drizzle-kit would write, and what was renamed. */
export interface Step {
  readonly after: Version;
  readonly ddl: readonly string[];
  readonly tables?: Readonly<Record<string, string>>;
  readonly columns?: Readonly<Record<string, string>>;
}

const KEY: PlainColumn = { name: 'id', type: 'text', notNull: true };

export function definition({ name, type, notNull, default: value }: PlainColumn): string {
  return `"${name}" ${type}${value === undefined ? '' : ` DEFAULT ${value}`}${notNull ? ' NOT NULL' : ''}`;
}

export function createTable({ table, columns }: Version): string {
  return `CREATE TABLE "${table}" (${[KEY, ...columns].map(definition).join(', ')}, PRIMARY KEY ("id"))`;
}

/** What drizzle-kit writes in dialect sqlite for a change that ALTER TABLE cannot make. `added` columns get their defaults. */
export function rebuild(
  table: string,
  from: readonly PlainColumn[],
  to: readonly PlainColumn[],
  added: readonly PlainColumn[] = [],
): string[] {
  const list = (columns: readonly PlainColumn[]) =>
    ['id', ...columns.map(({ name }) => name)].map((name) => `"${name}"`).join(', ');
  return [
    createTable({ table: `__new_${table}`, columns: [...to, ...added] }),
    `INSERT INTO "__new_${table}" (${list(to)}) SELECT ${list(from)} FROM "${table}"`,
    `DROP TABLE "${table}"`,
    `ALTER TABLE "__new_${table}" RENAME TO "${table}"`,
  ];
}

export function specOf({ table, columns }: Version) {
  const drizzleTable = plainCrr({ table, key: [KEY], columns });
  return { drizzleTable, spec: readSchema({ drizzleTable }).tables.get(table)! };
}

const stateOf = (version: Version): CrrState =>
  new Map([[version.table, tableState(specOf(version).spec)]]);

export class MigratingSite {
  readonly client = memoryClient({ intMode: 'bigint' });
  /** How far this site has read each other one. */
  readonly cursors = new Map<MigratingSite, number | Cursor>();
  /** How many steps it has migrated. */
  steps = 0;
  version: Version;
  db: ReturnType<MigratingSite['open']>;

  private constructor(version: Version) {
    this.version = version;
    this.db = this.open();
  }

  static async create(version: Version): Promise<MigratingSite> {
    const site = new MigratingSite(version);
    const plan = planAlter({
      state: new Map(),
      wanted: [specOf(version).spec],
      renames: { tables: new Map(), column: () => undefined },
      touched: new Set(),
      repair: new Set(),
    })!;
    await site.client.migrate([createTable(version), ...plan.begin, ...plan.commit]);
    return site;
  }

  private open() {
    const { drizzleTable } = specOf(this.version);
    return withCrr(drizzle({ client: this.client }), { schema: { drizzleTable } });
  }

  async migrate({ after, ddl, tables = {}, columns = {} }: Step): Promise<void> {
    const renames: Renames = {
      tables: new Map(Object.entries(tables)),
      column: (_, column) => columns[column],
    };
    const plan = planAlter({
      state: stateOf(this.version),
      wanted: [specOf(after).spec],
      renames,
      touched: new Set([this.version.table]),
      repair: new Set(),
      growing: new Set(growingTables(joinChunks(ddl), [this.version.table])),
    })!;
    await this.client.migrate([...plan.begin, ...ddl, ...plan.commit]);
    this.version = after;
    this.steps++;
    this.db = this.open();
  }

  /** An ordinary write, in the name of the application. */
  async run(sql: string): Promise<void> {
    await this.client.execute(sql);
  }

  /** Reads what is new at another site, never anything twice. */
  async pull(from: MigratingSite): Promise<void> {
    const page = await from.db.$crr.changes({ since: this.cursors.get(from) ?? 0 });
    this.cursors.set(from, page.cursor);
    await this.db.$crr.apply(page);
  }

  /** Keys and values, columns in the order of their names, each with its storage class. */
  async rows(): Promise<string[]> {
    const columns = this.version.columns.map(({ name }) => name).sort();
    const list = columns.map((name) => `typeof("${name}"), quote("${name}")`);
    const { rows } = await this.client.execute(
      `SELECT ${['"id"', ...list].join(', ')} FROM "${this.version.table}" ORDER BY "id"`,
    );
    return rows.map((row) => Array.from(row as ArrayLike<unknown>, String).join(' '));
  }

  /** All cells with their versions, as they travel; not who wrote them. */
  async cells(): Promise<string[]> {
    const { changes } = await this.db.$crr.changes();
    return changes
      .map(
        ({ pk, cid, val, col_version, cl }) =>
          `${unpackKey(pk).join('/')}.${cid} ${typeof val} ${val} v${col_version} cl${cl}`,
      )
      .sort();
  }
}

/** Everybody reads from everybody, until nothing is new. */
export async function settle(sites: readonly MigratingSite[], rounds = 4): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const site of sites) {
      for (const other of sites) if (other !== site) await site.pull(other);
    }
  }
}
