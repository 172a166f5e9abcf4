/** Rows that are not shown because of their parents, and go on holding their unique values. */
import { type AnySQLiteColumn, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const users = crrTable(
  'users',
  {
    id: text('id').primaryKey().notNull(),
    handle: text('handle').notNull().unique(),
    team: text('team').references((): AnySQLiteColumn => teams.id, { onDelete: 'cascade' }),
  },
  { unique: { users_handle_unique: 'park' } },
);
const teams = crrTable('teams', {
  id: text('id').primaryKey().notNull(),
  lead: text('lead').references((): AnySQLiteColumn => users.id, { onDelete: 'cascade' }),
});
const open = () => openSite({ users, teams });

/** u2 has lost its handle to u1, so the team that it leads is not shown, and neither is u3 in that team. */
async function hidden() {
  const [one, two, other] = [await open(), await open(), await open()];
  await one.insert(users).values({ id: 'u1', handle: 'a' });
  await two.insert(users).values({ id: 'u2', handle: 'a' });
  await two.insert(teams).values({ id: 't', lead: 'u2' });
  await two.insert(users).values({ id: 'u3', handle: 'b', team: 't' });
  for (const site of [one, two]) await other.$crr.apply(await site.$crr.changes());
  return { one, two, other };
}

test('a merged row does not show the value of a row whose parent is not shown', async () => {
  const { one, two, other } = await hidden();
  await one.insert(users).values({ id: 'u4', handle: 'b' });
  await other.$crr.apply(await one.$crr.changes());
  const all = await open();
  await all.$crr.apply([
    ...(await one.$crr.changes()).changes,
    ...(await two.$crr.changes()).changes,
  ]);
  expect(await all.select({ id: users.id }).from(users)).toEqual([{ id: 'u1' }]);
  expect(await other.select({ id: users.id }).from(users)).toEqual([{ id: 'u1' }]);
});

test('a written row shows such a value until the next apply', async () => {
  const { other } = await hidden();
  await other.insert(users).values({ id: 'u4', handle: 'b' });
  const { parked } = await other.$crr.apply([]);
  expect(parked.map(({ key }) => key.id)).toEqual(['u4']);
});
