/** Engines on which everybody shares one connection: nobody falls into somebody else's transaction. */

import { sql } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { expect, test } from 'vitest';
import { crrTable, withCrr } from '../../src/index.js';
import { createTableSql } from '../support/create-table.js';
import { openSite } from '../support/site.js';
import { proxy } from './openers.js';

const notes = crrTable('notes', { id: text('id').primaryKey().notNull() });
const schema = { notes };

async function openProxy(busyTimeout = 5_000) {
  const client = (await proxy.openClient()) as Parameters<typeof drizzle>[0];
  // Two handles on one client, as a sync handler beside the application.
  const open = () => withCrr(drizzle(client), { schema, busyTimeout });
  const [db, other] = [open(), open()];
  await db.run(sql.raw(createTableSql(notes)));
  await db.$crr.install();
  return { db, other };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

test('an apply and a write beside a transaction that is taken back stay', async () => {
  const { db, other } = await openProxy();
  const from = await openSite(schema);
  await from.insert(notes).values({ id: 'applied' });
  const { changes } = await from.$crr.changes();
  const transaction = db.transaction(async (tx) => {
    await tx.insert(notes).values({ id: 'taken back' });
    await turn();
    await tx.insert(notes).values({ id: 'taken back, too' });
    throw new Error('changed my mind');
  });
  const beside = [
    db.$crr.apply(changes),
    other.$crr.apply(changes),
    db.insert(notes).values({ id: 'written' }).run(),
    other.insert(notes).values({ id: 'written by another handle' }).run(),
  ];
  await expect(transaction).rejects.toThrow('changed my mind');
  await Promise.all(beside);
  expect((await db.select().from(notes)).map(({ id }) => id).sort()).toEqual([
    'applied',
    'written',
    'written by another handle',
  ]);
});

test('a query of db inside of its transaction fails when busyTimeout is over, and nothing is left', async () => {
  const { db } = await openProxy(50);
  const transaction = db.transaction(async (tx) => {
    await tx.insert(notes).values({ id: 'a' });
    await db.insert(notes).values({ id: 'b' });
  });
  await expect(transaction).rejects.toMatchObject({ code: 'CRR_DATABASE_BUSY' });
  await db.insert(notes).values({ id: 'c' });
  expect(await db.select().from(notes)).toEqual([{ id: 'c' }]);
});

test('a batch that writes is refused, and one that reads is not', async () => {
  const { db } = await openProxy();
  await expect(db.batch([db.insert(notes).values({ id: 'a' })])).rejects.toMatchObject({
    code: 'CRR_USAGE_DRIVER',
    message: 'on sqlite-proxy a batch need not be all or nothing: use db.transaction()',
  });
  expect(await db.select().from(notes)).toEqual([]);
});
