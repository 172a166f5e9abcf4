/** Triggers of users that write to the row that was written run after those of the CRR. */

import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { counter, crrTable, withCrr } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';

const t = crrTable('t', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  votes: counter('votes'),
});
const open = () => openSite({ t });
type Site = Awaited<ReturnType<typeof open>>;
const again = ({ $client }: Site) => withCrr(drizzle($client), { schema: { t } });
const LOCAL = 'WHEN (SELECT applying FROM crr_state) = 0';

test.each([
  [
    'deletes a row that was inserted',
    `AFTER INSERT ON t ${LOCAL}`,
    'DELETE FROM t WHERE id = new.id',
  ],
  [
    'adds to a counter',
    `AFTER INSERT ON t ${LOCAL}`,
    'UPDATE "t" SET votes = votes + 5 WHERE id = new.id',
  ],
  [
    'keeps rows from being deleted',
    `AFTER DELETE ON t ${LOCAL}`,
    'INSERT OR IGNORE INTO t (id, title) VALUES (old.id, old.title)',
  ],
])('one that %s', async (_, on, body) => {
  const [a, b] = [await open(), await open()];
  await a.$client.execute(`CREATE TRIGGER mine ${on} BEGIN ${body}; END`);
  await expect(again(a).insert(t).values({ id: 'r' })).rejects.toMatchObject({
    code: 'CRR_DATABASE_DRIFT',
    message: expect.stringContaining('your trigger "mine" writes to its own table'),
  });
  await a.$crr.install();
  const db = again(a);
  await db.insert(t).values({ id: 'r', title: 'one', votes: 1 });
  await db.delete(t);
  await db.insert(t).values({ id: 's', title: 'two', votes: 2 });
  await exchange(a, b);
  expect(await b.select().from(t)).toEqual(await a.select().from(t));
  // Nothing is left to repair.
  const version = await a.$crr.version();
  await a.$crr.install();
  expect(await a.$crr.version()).toBe(version);
});

test('one that writes to another table, or runs before, may be newer', async () => {
  const a = await open();
  await a.$client.batch(
    [
      'CREATE TABLE log (t)',
      'CREATE TRIGGER logs AFTER INSERT ON t BEGIN INSERT INTO log (t) VALUES (new.title); END',
      'CREATE TRIGGER earlier BEFORE INSERT ON t BEGIN UPDATE t SET title = NULL WHERE id = new.id; END',
    ],
    'write',
  );
  await again(a).insert(t).values({ id: 'r', title: 'one' });
});
