/**
 * References and unique indexes come, change and go at sites that migrate at different times, while rows are written,
 * also by processes that still have an older schema. All sites end with the same merged rows, and show what the model
 * makes of them.
 */
import { drizzle } from 'drizzle-orm/libsql';
import { type AnySQLiteColumn, integer, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable, withCrr } from '../../src/index.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { type Row, shownRows } from '../constraints/model.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { Site } from './constrained-site.js';

type Loser = 'none' | 'null' | 'suffix' | 'park';
interface Version {
  readonly parent: 'none' | 'cascade' | 'set null';
  readonly above: 'none' | 'cascade' | 'set null';
  readonly code: Loser;
  readonly name: Exclude<Loser, 'null'>;
  /** What the column "code" is called. */
  readonly codeName: string;
  readonly isCounted: boolean;
}
const FIRST: Version = {
  parent: 'none',
  above: 'none',
  code: 'none',
  name: 'none',
  codeName: 'code',
  isCounted: false,
};

function tablesOf({ parent, above, code, name, codeName, isCounted }: Version) {
  const id = () => text('id').primaryKey().notNull();
  const groups = crrTable(
    'groups',
    { id: id(), name: text('name').notNull() },
    (t) => (name === 'none' ? [] : [uniqueIndex('groups_name').on(t.name)]),
    name === 'none' ? {} : { unique: { groups_name: name } },
  );
  const refers = (kind: Version['parent'], column: string, to: () => AnySQLiteColumn) =>
    kind === 'none' ? text(column) : text(column).references(to, { onDelete: kind });
  const items = crrTable(
    'items',
    {
      id: id(),
      parent: refers(parent, 'parent', () => groups.id),
      above: refers(above, 'above', (): AnySQLiteColumn => items.id),
      code: text(codeName),
      n: isCounted ? integer('n').notNull().default(0) : integer('n'),
    },
    (t) => (code === 'none' ? [] : [uniqueIndex('items_code').on(t.code)]),
    code === 'none' ? {} : { unique: { items_code: code } },
  );
  return { groups, items };
}

const indexes = ({ code, name, codeName }: Version) => ({
  items: code === 'none' ? [] : [`CREATE UNIQUE INDEX items_code ON items ("${codeName}")`],
  groups: name === 'none' ? [] : ['CREATE UNIQUE INDEX groups_name ON groups (name)'],
});

/** As an application does before it adds an index. */
const apart = (table: string, column: string) =>
  `UPDATE ${table} SET "${column}" = "${column}" || '-' || id WHERE EXISTS (SELECT 1 FROM ${table} AS other WHERE other."${column}" = ${table}."${column}" AND other.id < ${table}.id)`;

interface Step {
  readonly to: Version;
  readonly before: readonly string[];
  readonly ddl: readonly string[];
  readonly columns: Record<string, string>;
}

function drawStep(from: Version, serial: number, random: Random): Step {
  const other = <T>(all: readonly T[], now: T) => random.pick(all.filter((one) => one !== now));
  const to: Version = random.pick<() => Version>([
    () => ({ ...from, parent: other(['none', 'cascade', 'set null'] as const, from.parent) }),
    () => ({ ...from, above: other(['none', 'cascade', 'set null'] as const, from.above) }),
    () => ({ ...from, code: other(['none', 'null', 'suffix', 'park'] as const, from.code) }),
    () => ({ ...from, code: other(['none', 'null', 'suffix', 'park'] as const, from.code) }),
    () => ({ ...from, name: other(['none', 'suffix', 'park'] as const, from.name) }),
    () => ({ ...from, codeName: `code${serial}` }),
    () => ({ ...from, isCounted: true, code: other(['null', 'park'] as const, from.code) }),
  ])();
  const { codeName } = to;
  const isRebuilt =
    from.parent !== to.parent || from.above !== to.above || from.isCounted !== to.isCounted;
  const action = (column: string, table: string, kind: Version['parent']) =>
    kind === 'none' ? '' : `, FOREIGN KEY (${column}) REFERENCES ${table} (id) ON DELETE ${kind}`;
  const [had, has] = [indexes(from), indexes(to)];
  const came = (table: 'items' | 'groups') => had[table].length === 0 && has[table].length > 0;
  return {
    to,
    before: [
      ...(came('items') ? [apart('items', from.codeName)] : []),
      ...(came('groups') ? [apart('groups', 'name')] : []),
    ],
    columns: from.codeName === codeName ? {} : { [`items.${from.codeName}`]: codeName },
    ddl: [
      ...(had.items.length > has.items.length ? ['DROP INDEX items_code'] : []),
      ...(had.groups.length > has.groups.length ? ['DROP INDEX groups_name'] : []),
      ...(from.codeName === codeName
        ? []
        : [`ALTER TABLE items RENAME COLUMN "${from.codeName}" TO "${codeName}"`]),
      ...(isRebuilt
        ? [
            `CREATE TABLE __new_items (id text PRIMARY KEY NOT NULL, parent text, above text, "${codeName}" text, n integer${to.isCounted ? ' DEFAULT 0 NOT NULL' : ''}${action('parent', 'groups', to.parent)}${action('above', 'items', to.above)})`,
            `INSERT INTO __new_items SELECT id, parent, above, "${codeName}", n FROM items`,
            'DROP TABLE items',
            'ALTER TABLE __new_items RENAME TO items',
            ...has.items,
          ]
        : came('items')
          ? has.items
          : []),
      ...(came('groups') ? has.groups : []),
    ],
  };
}

class Place {
  steps = 0;
  version = FIRST;
  /** `$crr` of each schema that a process may still have here. */
  readonly processes: Site['db'][];

  private constructor(readonly site: Site) {
    this.processes = [site.db];
  }

  static async open(): Promise<Place> {
    return new Place(await Site.open(tablesOf(FIRST)));
  }

  async migrate({ to, before, ddl, columns }: Step): Promise<void> {
    await this.site.run(...before);
    await this.site.migrate(tablesOf(to), ddl, { columns });
    this.version = to;
    this.steps++;
    this.processes.push(this.site.db);
  }

  /** Reads all of another site, by a process of the present schema or an older one. */
  async pull(from: Place, random: Random): Promise<void> {
    const process = random.chance(0.3) ? random.pick(this.processes) : this.processes.at(-1)!;
    await process.$crr.apply(await from.site.db.$crr.changes());
  }

  async write(random: Random): Promise<void> {
    const code = `"${this.version.codeName}"`;
    const group = () => `'g${random.int(4)}'`;
    const item = () => `'i${random.int(6)}'`;
    const value = () => `'v${random.int(3)}'`;
    const orNull = (sql: () => string) => (random.chance(0.3) ? 'NULL' : sql());
    const sql = random.pick<() => string>([
      () => `INSERT INTO groups VALUES (${group()}, ${value()})`,
      () => `UPDATE groups SET name = ${value()} WHERE id = ${group()}`,
      () => `DELETE FROM groups WHERE id = ${group()} AND ${random.chance(0.5)}`,
      () => `INSERT INTO groups VALUES (${group()}, ${value()})`,
      () =>
        `INSERT INTO items (id, parent, above, ${code}) VALUES (${item()}, ${orNull(group)}, ${orNull(item)}, ${orNull(value)})`,
      () => `INSERT INTO items (id, ${code}, n) VALUES (${item()}, ${value()}, ${random.int(9)})`,
      () => `UPDATE items SET ${code} = ${orNull(value)} WHERE id = ${item()}`,
      () => `UPDATE items SET parent = ${orNull(group)} WHERE id = ${item()}`,
      () => `UPDATE items SET above = ${orNull(item)}, n = ${random.int(9)} WHERE id = ${item()}`,
      () => `DELETE FROM items WHERE id = ${item()} AND ${random.chance(0.4)}`,
      () => `INSERT INTO items (id, parent, ${code}) VALUES (${item()}, ${group()}, ${value()})`,
    ])();
    await this.site.client.execute(sql).catch((error) => {
      if (!/constraint failed/.test(String(error))) throw error;
    });
  }

  async shown(): Promise<Map<string, Row[]>> {
    const read = async (table: string) => {
      const { rows, columns } = await this.site.client.execute(
        `SELECT * FROM ${table} ORDER BY id`,
      );
      return rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]])));
    };
    return new Map([
      ['groups', await read('groups')],
      ['items', await read('items')],
    ]);
  }

  /** All rows as they are merged: what a site without constraints has of them. */
  async merged(): Promise<Map<string, Row[]>> {
    const free = {
      ...this.version,
      parent: 'none',
      above: 'none',
      code: 'none',
      name: 'none',
    } as const;
    const peer = await Site.open(tablesOf(free));
    await withCrr(drizzle({ client: peer.client }), { schema: peer.tables }).$crr.apply(
      await this.site.db.$crr.changes(),
    );
    const place = new Place(peer);
    return place.shown();
  }
}

const sorted = (rows: ReadonlyMap<string, readonly Row[]>) =>
  Object.fromEntries(
    [...rows].map(([table, list]) => [
      table,
      list
        .map((row) =>
          JSON.stringify(Object.entries(row).sort(), (_, v) =>
            typeof v === 'bigint' ? Number(v) : v,
          ),
        )
        .sort(),
    ]),
  );

async function runHistory(seed: number): Promise<void> {
  const random = new Random(seed);
  const steps: Step[] = [];
  for (let i = 0, version = FIRST; i < 2 + random.int(4); i++) {
    steps.push(drawStep(version, i, random));
    version = steps.at(-1)!.to;
  }
  const what = `seed ${seed}: ${steps.map(({ to }) => JSON.stringify(to)).join(' | ')}`;
  const places = [await Place.open(), await Place.open(), await Place.open()];
  for (let i = 0; i < 45; i++) {
    const at = random.pick(places);
    const dice = random.int(10);
    if (dice < 6) await at.write(random);
    else if (dice < 9) await at.pull(random.pick(places.filter((one) => one !== at)), random);
    else if (at.steps < steps.length) await at.migrate(steps[at.steps]!);
  }
  for (const place of random.shuffle(places)) {
    while (place.steps < steps.length) await place.migrate(steps[place.steps]!);
  }
  for (let round = 0; round < 3; round++) {
    for (const place of places) {
      for (const other of places) if (other !== place) await place.pull(other, random);
    }
  }
  const specs = [...readSchema(tablesOf(steps.at(-1)!.to)).tables.values()];
  const [first, ...others] = await Promise.all(places.map((place) => place.merged()));
  for (const rows of others) expect(sorted(rows), what).toEqual(sorted(first!));
  for (const place of places) {
    expect(await place.site.rows('PRAGMA foreign_key_check'), what).toEqual([]);
    expect(sorted(await place.shown()), what).toEqual(sorted(shownRows(specs, first!)));
    expect(await place.site.db.$crr.pendingCount(), what).toBe(0);
  }
  for (const { site } of places) site.client.close();
}

test('constraints that come, change and go at different times: equal rows, shown as the model says', async () => {
  const seed = seedFromEnv();
  const count = numberFromEnv('CRR_CONSTRAINT_MIGRATIONS', 3);
  for (let i = 0; i < count; i++) await runHistory(hash(seed, 'constraint migrations', i));
}, 300_000);
