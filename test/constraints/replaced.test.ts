/** Rows that INSERT OR REPLACE deletes get a tombstone, and no others do. */
import { eq, sql } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const users = crrTable('users', { id: text('id').primaryKey().notNull() });
const profiles = crrTable('profiles', {
  id: text('id').primaryKey().notNull(),
  user: text('user')
    .notNull()
    .unique()
    .references(() => users.id, { onDelete: 'cascade' }),
});
const schema = { users, profiles };

test('a row that is parked after OR IGNORE has met it is not taken for replaced', async () => {
  const [here, there] = [await openSite(schema), await openSite(schema)];
  await here.insert(users).values([{ id: 'u1' }, { id: 'u2' }]);
  await there.$crr.apply(await here.$crr.changes());
  await here.insert(profiles).values({ id: 'p1', user: 'u1' });
  // It may replace p1, and does not.
  await here.run(sql`INSERT OR IGNORE INTO profiles (id, user) VALUES ('p2', 'u1')`);
  await there.delete(users).where(eq(users.id, 'u1'));
  const { parked } = await here.$crr.apply(await there.$crr.changes());
  expect(parked).toMatchObject([{ key: { id: 'p1' }, reason: 'reference' }]);
  await here.insert(profiles).values({ id: 'p3', user: 'u2' });
  await here.insert(users).values({ id: 'u1' });
  await here.$crr.apply([]);
  await there.$crr.apply(await here.$crr.changes());
  for (const site of [here, there]) {
    expect(await site.select().from(profiles).orderBy(profiles.id)).toEqual([
      { id: 'p1', user: 'u1' },
      { id: 'p3', user: 'u2' },
    ]);
  }
});
