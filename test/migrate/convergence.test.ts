/**
 * Sites that migrate at different times, with writes before, between and after, exchange changes by
 * cursor (so nothing is sent twice to mend what was lost) and end with the same rows.
 */
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { expect, test } from 'vitest';
import { type Cursor, withCrr } from '../../src/index.js';
import { planAlter } from '../../src/migrate/plan.js';
import type { Renames } from '../../src/migrate/renames.js';
import { type CrrState, tableState } from '../../src/migrate/state.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { memoryClient } from '../support/client.js';
import { type PlainColumn, plainCrr } from '../support/drizzle-table.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';

interface Version {
  readonly table: string;
  readonly columns: readonly PlainColumn[];
}

/** One migration: how the table looks after it, what drizzle-kit would write, and what was renamed. */
interface Step {
  readonly after: Version;
  readonly ddl: readonly string[];
  readonly tables?: Readonly<Record<string, string>>;
  readonly columns?: Readonly<Record<string, string>>;
}

const isRequired = (column: PlainColumn) => column.notNull && column.default === undefined;
const KEY: PlainColumn = { name: 'id', type: 'text', notNull: true };
const BEFORE: Version = {
  table: 'notes',
  columns: [
    { name: 'title', type: 'text' },
    { name: 'n', type: 'integer' },
    // A new row waits in the pending table until this cell is there, under whatever name it comes.
    { name: 'must', type: 'text', notNull: true },
  ],
};

/** Draws a migration that fits the version given; names are never used twice. */
function drawStep({ table, columns }: Version, serial: number, random: Random): Step {
  const q = (name: string) => `"${name}"`;
  const column = random.pick(columns);
  const others = columns.filter((other) => other !== column);
  const kind = random.int(columns.length > 1 ? 7 : 6);
  const fresh = `c${serial}`;
  if (kind <= 1) {
    const added: PlainColumn =
      kind === 0
        ? { name: fresh, type: 'text' }
        : { name: fresh, type: 'text', notNull: true, default: "'new'" };
    const rest = added.notNull ? " DEFAULT 'new' NOT NULL" : '';
    return {
      after: { table, columns: random.chance(0.5) ? [...columns, added] : [added, ...columns] },
      ddl: [`ALTER TABLE ${q(table)} ADD ${q(fresh)} text${rest}`],
    };
  }
  if (kind === 2) {
    return {
      after: { table, columns: columns.map((c) => (c === column ? { ...c, name: fresh } : c)) },
      ddl: [`ALTER TABLE ${q(table)} RENAME COLUMN ${q(column.name)} TO ${q(fresh)}`],
      columns: { [column.name]: fresh },
    };
  }
  if (kind === 3) {
    return {
      after: { table: `t${serial}`, columns },
      ddl: [`ALTER TABLE ${q(table)} RENAME TO ${q(`t${serial}`)}`],
      tables: { [table]: `t${serial}` },
    };
  }
  if (kind === 4) return { after: { table, columns }, ddl: rebuild(table, columns, columns) };
  if (kind === 5) {
    // Table and column renamed, a column added, and the table rebuilt, all at once.
    const renamed = { ...column, name: `r${serial}` };
    const to = [...columns.map((c) => (c === column ? renamed : c)), { name: fresh, type: 'text' }];
    return {
      after: { table: `t${serial}`, columns: to },
      ddl: [
        `ALTER TABLE ${q(table)} RENAME TO ${q(`t${serial}`)}`,
        ...rebuild(`t${serial}`, columns, to.slice(0, -1), [to.at(-1)!]),
      ],
      tables: { [table]: `t${serial}` },
      columns: { [column.name]: renamed.name },
    };
  }
  return {
    after: { table, columns: others },
    ddl: [`ALTER TABLE ${q(table)} DROP COLUMN ${q(column.name)}`],
  };
}

function createTable({ table, columns }: Version): string {
  const defs = [KEY, ...columns].map(
    ({ name, type, notNull, default: value }) =>
      `"${name}" ${type}${value === undefined ? '' : ` DEFAULT ${value}`}${notNull ? ' NOT NULL' : ''}`,
  );
  return `CREATE TABLE "${table}" (${defs.join(', ')}, PRIMARY KEY ("id"))`;
}

function rebuild(
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

const specOf = ({ table, columns }: Version) => {
  const drizzleTable = plainCrr({ table, key: [KEY], columns });
  return { drizzleTable, spec: readSchema({ drizzleTable }).tables.get(table)! };
};
const stateOf = (version: Version): CrrState =>
  new Map([[version.table, tableState(specOf(version).spec)]]);

class Site {
  readonly client = memoryClient({ intMode: 'bigint' });
  readonly cursors = new Map<Site, number | Cursor>();
  version = BEFORE;
  steps = 0;
  db = this.open();

  static async create(): Promise<Site> {
    const site = new Site();
    const { spec } = specOf(BEFORE);
    const plan = planAlter({
      state: new Map(),
      wanted: [spec],
      renames: { tables: new Map(), column: () => undefined },
      touched: new Set(),
      repair: new Set(),
    })!;
    await site.client.migrate([createTable(BEFORE), ...plan.begin, ...plan.commit]);
    return site;
  }

  open() {
    const { drizzleTable } = specOf(this.version);
    return withCrr(drizzle(this.client), { schema: { drizzleTable } });
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
    })!;
    await this.client.migrate([...plan.begin, ...ddl, ...plan.commit]);
    this.version = after;
    this.steps++;
    this.db = this.open();
  }

  async write(random: Random): Promise<void> {
    const { table, columns } = this.version;
    const id = `k${random.int(5)}`;
    const value = ({ type }: PlainColumn) =>
      type === 'integer' ? String(random.int(9)) : `'v${random.int(9)}'`;
    const kind = random.int(4);
    if (kind === 0) {
      await this.db.run(sql.raw(`DELETE FROM "${table}" WHERE "id" = '${id}'`));
    } else if (kind === 1) {
      const column = random.pick(columns);
      await this.db.run(
        sql.raw(`UPDATE "${table}" SET "${column.name}" = ${value(column)} WHERE "id" = '${id}'`),
      );
    } else {
      const named = columns.filter((column) => isRequired(column) || random.chance(0.7));
      const names = ['"id"', ...named.map(({ name }) => `"${name}"`)].join(', ');
      const values = [`'${id}'`, ...named.map(value)].join(', ');
      await this.db.run(sql.raw(`INSERT OR IGNORE INTO "${table}" (${names}) VALUES (${values})`));
    }
  }

  async pull(from: Site): Promise<void> {
    const page = await from.db.$crr.changes({ since: this.cursors.get(from) ?? 0 });
    this.cursors.set(from, page.cursor);
    await this.db.$crr.apply(page);
  }

  async rows(): Promise<unknown[]> {
    const columns = this.version.columns.map(({ name }) => name).sort();
    const list = ['id', ...columns].map((name) => `"${name}"`).join(', ');
    const { rows } = await this.client.execute(
      `SELECT ${list} FROM "${this.version.table}" ORDER BY "id"`,
    );
    return rows.map((row) => Array.from(row as ArrayLike<unknown>, String));
  }
}

async function runHistory(seed: number): Promise<void> {
  const random = new Random(seed);
  const steps: Step[] = [];
  for (let i = 0, version = BEFORE; i < 1 + random.int(3); i++) {
    steps.push(drawStep(version, i, random));
    version = steps.at(-1)!.after;
  }
  const sites = await Promise.all([1, 2, 3].map(() => Site.create()));
  for (let i = 0; i < 50; i++) {
    const site = random.pick(sites);
    const dice = random.int(10);
    if (dice < 6) await site.write(random);
    else if (dice < 9) await site.pull(random.pick(sites.filter((other) => other !== site)));
    else if (site.steps < steps.length) await site.migrate(steps[site.steps]!);
  }
  for (const site of random.shuffle(sites)) {
    while (site.steps < steps.length) await site.migrate(steps[site.steps]!);
  }
  for (let round = 0; round < 4; round++) {
    for (const site of sites) for (const other of sites) if (other !== site) await site.pull(other);
  }
  const [first, ...others] = await Promise.all(sites.map((site) => site.rows()));
  for (const rows of others) expect(rows, describeSteps(seed, steps)).toEqual(first);
  for (const site of sites) {
    expect(await site.db.$crr.pendingCount(), describeSteps(seed, steps)).toBe(0);
    site.client.close();
  }
}

const describeSteps = (seed: number, steps: readonly Step[]) =>
  `seed ${seed}: ${steps.map(({ ddl }) => ddl.join('; ')).join(' | ')}`;

test('sites that migrate at different times converge', async () => {
  const seed = seedFromEnv();
  const count = numberFromEnv('CRR_MIGRATION_HISTORIES', 60);
  for (let i = 0; i < count; i++) await runHistory(hash(seed, 'migrations', i));
}, 300_000);
