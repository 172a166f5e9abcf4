import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { counter, crrTable, withCrr } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { composeMigration } from '../../src/migrate/compose.js';
import { growingTables } from '../../src/migrate/fold.js';
import { planAlter } from '../../src/migrate/plan.js';
import { NO_RENAMES } from '../../src/migrate/renames.js';
import { tableState } from '../../src/migrate/state.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { readTableSpec } from '../../src/schema/read-spec.js';
import { memoryClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';
import { openSite } from '../support/site.js';

const teams = crrTable('teams', {
  id: text('id').primaryKey().notNull(),
  name: text('name').notNull().unique(),
});
const people = crrTable('people', {
  id: text('id').primaryKey().notNull(),
  name: text('name'),
  points: counter('points'),
  team: text('team')
    .notNull()
    .references(() => teams.id, { onDelete: 'cascade' }),
});
const schema = { teams, people };
const core = readSchema(schema);

let client: Client;
/** A database as its migrations leave it. */
beforeEach(async () => {
  client = memoryClient();
  const plan = planAlter({
    state: new Map(),
    wanted: [...core.tables.values()],
    renames: NO_RENAMES,
    touched: new Set(),
    repair: new Set(),
  })!;
  await client.migrate([
    ...Object.values(schema).flatMap((table) => createTableSql(table)),
    ...plan.begin,
    ...plan.commit,
  ]);
});

const open = (options = {}) => withCrr(drizzle({ client }), { schema, ...options });
const merging = async () => {
  const { rows } = await client.execute(
    "SELECT name FROM sqlite_master WHERE name LIKE '%crr_merge' OR name LIKE '%crr_on_merge%' OR name LIKE '%cell_merge' OR name LIKE '%crr_rank' OR name LIKE '%on_rank'",
  );
  return rows.map(({ name }) => String(name));
};

async function changesOfOther() {
  const other = await openSite(schema);
  await other.insert(teams).values({ id: 't', name: 'red' });
  await other.insert(people).values({ id: 'p', name: 'Ann', points: 2, team: 't' });
  return other.$crr.changes();
}

const shown = async () =>
  (await client.execute('SELECT id, name, points, team FROM people')).rows.map((row) => ({
    ...row,
  }));
const ANN = { id: 'p', name: 'Ann', points: 2, team: 't' };

test('migrations make nothing that only merging needs, and that is no difference', async () => {
  expect(await merging()).toEqual([]);
  expect(await checkDatabase(libsqlConnection(client), core)).toEqual([]);
  const db = open();
  await db.insert(teams).values({ id: 'own', name: 'blue' });
  await db.$crr.changes();
  const { findings } = await db.$crr.verify();
  expect(findings).toEqual([]);
  expect(await merging()).toEqual([]);
});

test.each([true, false])('the first merge makes it (check: %s)', async (check) => {
  const db = open({ check });
  await db.$crr.apply(await changesOfOther());
  expect(await shown()).toEqual([ANN]);
  expect((await merging()).length).toBeGreaterThan(10);
});

test('install() makes it, and has nothing to do the next time', async () => {
  await open().$crr.install();
  const made = await merging();
  expect(made.length).toBeGreaterThan(10);
  const before = await client.execute('PRAGMA schema_version');
  await open().$crr.install();
  await open().$crr.apply(await changesOfOther());
  expect(await merging()).toEqual(made);
  expect(await client.execute('PRAGMA schema_version')).toEqual(before);
});

test.each([true, false])(
  'a migration of another process drops it while this one runs (check: %s)',
  async (check) => {
    const db = open({ check });
    await db.$crr.install();
    for (const table of ['people__crr_merge', 'people__crr_cell_merge', 'teams__crr_rank']) {
      await client.execute(`DROP TABLE ${table}`);
    }
    const changes = await changesOfOther();
    await Promise.all([db.$crr.apply(changes), db.$crr.apply(changes)]);
    expect(await shown()).toEqual([ANN]);
  },
);

describe('a process makes what another version has left, or what is damaged', () => {
  test.each([
    'DROP TRIGGER people__crr_on_merge',
    'DROP TRIGGER people__crr_on_merge_cell',
    'DROP TABLE people__crr_merge; CREATE TABLE people__crr_merge (key_id TEXT)',
    'CREATE TRIGGER people__crr_on_merge_old BEFORE INSERT ON people__crr_merge BEGIN SELECT RAISE(IGNORE); END',
  ])('%s', async (fault) => {
    await open().$crr.install();
    const made = await merging();
    await client.executeMultiple(fault);
    await open().$crr.apply(await changesOfOther());
    expect(await shown()).toEqual([ANN]);
    expect((await merging()).sort()).toEqual(made.sort());
  });
});

test('a process that looked before a migration does not replace the gates of one that merges after it', async () => {
  const after = {
    teams,
    people: crrTable('people', {
      id: text('id').primaryKey().notNull(),
      team: text('team')
        .notNull()
        .references(() => teams.id, { onDelete: 'cascade' }),
    }),
  };
  const plan = planAlter({
    state: new Map([...core.tables.values()].map((spec) => [spec.name, tableState(spec)])),
    wanted: [...readSchema(after).tables.values()],
    renames: NO_RENAMES,
    touched: new Set(['people']),
    repair: new Set(),
  })!;
  const gate = async () =>
    (await client.execute("SELECT sql FROM sqlite_master WHERE name = 'people__crr_merge'")).rows[0]
      ?.sql;
  const gates: unknown[] = [];
  const slow = new Proxy(client, {
    get(of, name) {
      const value = Reflect.get(of, name);
      if (typeof value !== 'function') return value;
      if (name !== 'batch') return value.bind(of);
      return async (statements: Parameters<Client['batch']>[0], mode: 'read' | 'write') => {
        const makes = JSON.stringify(statements).includes('CREATE TABLE IF NOT EXISTS');
        if (!makes || gates.length > 0) return of.batch(statements, mode);
        await client.migrate([
          ...plan.begin,
          'ALTER TABLE people DROP COLUMN name',
          'ALTER TABLE people DROP COLUMN points',
          ...plan.commit,
        ]);
        await withCrr(drizzle({ client }), { schema: after }).$crr.apply([]);
        gates.push(await gate());
        return of.batch(statements, mode).finally(async () => gates.push(await gate()));
      };
    },
  });
  const db = withCrr(drizzle({ client: slow }), { schema });
  await db.$crr.apply(await changesOfOther());
  expect(gates).toHaveLength(2);
  expect(String(gates[0])).not.toContain('value_name');
  expect(gates[1]).toBe(gates[0]);
  expect((await client.execute('SELECT id, team FROM people')).rows).toHaveLength(1);
});

/** The migration that adds a column to a table of ten. */
function addedColumn(): string {
  const columns = (count: number) =>
    Object.fromEntries(
      [...Array(count).keys()].map((i) => [
        `f${i}`,
        i % 2 ? integer(`field_${i}`) : text(`field_${i}`),
      ]),
    );
  const specOf = (count: number) =>
    readTableSpec(crrTable('tasks', { id: text('id').primaryKey().notNull(), ...columns(count) }));
  const ddl = 'ALTER TABLE `tasks` ADD `field_9` integer;';
  const plan = planAlter({
    state: new Map([['tasks', tableState(specOf(9))]]),
    wanted: [specOf(10)],
    renames: NO_RENAMES,
    touched: new Set(['tasks']),
    repair: new Set(),
    growing: new Set(growingTables(ddl, ['tasks'])),
  })!;
  return composeMigration([ddl], plan);
}

test('a column added to a table of ten takes less than 12 kB of SQL', () => {
  expect(Buffer.byteLength(addedColumn())).toBeLessThan(12_000);
});

test('triggers that stay run in the order of those that a new database has', async () => {
  const wider = crrTable('people', {
    id: text('id').primaryKey().notNull(),
    name: text('name'),
    points: counter('points'),
    team: text('team')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    mood: text('mood'),
  });
  const after = readSchema({ teams, people: wider });
  const ddl = 'ALTER TABLE `people` ADD `mood` text;';
  const plan = planAlter({
    state: new Map([...core.tables.values()].map((spec) => [spec.name, tableState(spec)])),
    wanted: [...after.tables.values()],
    renames: NO_RENAMES,
    touched: new Set(['people']),
    repair: new Set(),
    growing: new Set(growingTables(ddl, ['people', 'teams'])),
  })!;
  await client.migrate([...plan.begin, ddl, ...plan.commit]);
  const fresh = await openSite({ teams, people: wider });
  const triggers = async (of: Client) =>
    (
      await of.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'people' ORDER BY rowid",
      )
    ).rows;
  const [kept, made] = [await triggers(client), await triggers(fresh.$client)];
  const eventOf = (sql: unknown) => /\n(BEFORE|AFTER) (\w+)/.exec(String(sql))!.slice(1).join(' ');
  for (const event of new Set(made.map(({ sql }) => eventOf(sql)))) {
    const named = (rows: typeof kept) =>
      rows
        .filter(({ sql }) => eventOf(sql) === event)
        .map(({ name }) => String(name).replace(/on_update_.*/, 'on_update'));
    expect(named(kept)).toEqual(named(made));
  }
  expect(plan.begin).not.toContain('DROP TRIGGER IF EXISTS "people__crr_on_life"');
  expect(new Map(kept.map(({ name, sql }) => [name, sql]))).toEqual(
    new Map(made.map(({ name, sql }) => [name, sql])),
  );
});
