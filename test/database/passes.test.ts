import type { Client } from '@libsql/client';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { beforeEach, expect, test } from 'vitest';
import type { ChangePage } from '../../src/index.js';
import { crrTable, withCrr } from '../../src/index.js';
import { planAlter } from '../../src/migrate/plan.js';
import { NO_RENAMES } from '../../src/migrate/renames.js';
import { tableState } from '../../src/migrate/state.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { memoryClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';
import { openSite } from '../support/site.js';

/*
 * Three levels: people are in groups, groups in teams. A peer deletes a team, which parks the group, and a pass parks the
 * people. The merge of teams fires a trigger of people, so the trigger is there whoever merges.
 */
const id = () => text('id').primaryKey().notNull();
const teams = crrTable('teams', { id: id() });
const groups = crrTable('groups', {
  id: id(),
  team: text('team')
    .notNull()
    .references(() => teams.id, { onDelete: 'cascade' }),
});
const people = crrTable('people', {
  id: id(),
  group: text('group')
    .notNull()
    .references(() => groups.id, { onDelete: 'cascade' }),
});
const schema = { teams, groups, people };
const specs = [...readSchema(schema).tables.values()];

const planOf = (state: typeof specs, touched: string[]) =>
  planAlter({
    state: new Map(state.map((spec) => [spec.name, tableState(spec)])),
    wanted: specs,
    renames: NO_RENAMES,
    touched: new Set(touched),
    repair: new Set(),
  })!;

let client: Client;
let created: ChangePage;
let deleted: ChangePage;
beforeEach(async () => {
  client = memoryClient();
  const other = await openSite({ teams });
  await other.insert(teams).values({ id: 't' });
  created = await other.$crr.changes();
  await other.delete(teams).where(eq(teams.id, 't'));
  deleted = await other.$crr.changes();
});

const open = <T extends Partial<typeof schema>>(tables: T) =>
  withCrr(drizzle({ client }), { schema: tables });

/** A group of the team, and somebody in it, that the peer does not know. */
async function writeHere() {
  const db = open(schema);
  await db.insert(groups).values({ id: 'g', team: 't' });
  await db.insert(people).values({ id: 'p', group: 'g' });
  return db;
}

test.each(['teams', 'groups', 'people'])(
  'a process goes on merging after a migration that rebuilds %s, with the same spec',
  async (rebuilt) => {
    await client.migrate(Object.values(schema).flatMap((table) => createTableSql(table)));
    await open(schema).$crr.install();
    const db = open(schema);
    await db.$crr.apply(created);
    await writeHere();
    const plan = planOf(specs, [rebuilt]);
    await client.migrate([...plan.begin, ...plan.commit]);
    await db.$crr.apply(deleted);
    expect(await db.select().from(people)).toEqual([]);
    expect(await db.select().from(groups)).toEqual([]);
  },
);

test('a process merges that does not know a table, if nobody has merged who knows it', async () => {
  const plan = planOf([], []);
  await client.migrate([
    ...Object.values(schema).flatMap((table) => createTableSql(table)),
    ...plan.begin,
    ...plan.commit,
  ]);
  const older = open({ teams, groups });
  await older.$crr.apply(created);
  const db = await writeHere();
  await older.$crr.apply(deleted);
  expect(await db.select().from(people)).toEqual([]);
  expect(await db.select().from(groups)).toEqual([]);
  expect((await db.$crr.verify()).findings).toEqual([]);
});
