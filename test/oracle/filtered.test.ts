/** What a cr-sqlite hub makes of changes that were delivered in parts is true for the site that it names. */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { bytesToHex } from '../../src/model/value.js';
import { type OracleDb, openOracle } from '../support/oracle.js';
import { openSite } from '../support/site.js';

const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), title: text('title') });

async function openNative(): Promise<OracleDb> {
  const db = await openOracle();
  await db.exec('CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, title TEXT)');
  await db.run('SELECT crsql_as_crr(?)', ['notes']);
  return db;
}

test('a life that a hub proves with a cell of a former life', async () => {
  const site = await openSite({ notes });
  const [hub, middle, reviver] = [await openNative(), await openNative(), await openNative()];
  await site.insert(notes).values({ id: 'r', title: 'one' });
  const { changes } = await site.$crr.changes();
  for (const native of [hub, middle, reviver]) await native.apply(changes);
  await reviver.run("DELETE FROM notes WHERE id = 'r'");
  await reviver.run("INSERT INTO notes VALUES ('r', 'again')");
  const revived = await reviver.changes();
  // The new life alone: the title falls to version 0, and stays the site's.
  await middle.apply(revived.filter(({ cid }) => cid === '-1'));
  await hub.apply((await middle.changes()).filter(({ cid }) => cid === 'title'));
  const told = await hub.changes();
  const own = bytesToHex(await site.$crr.siteId());
  expect(told.map(({ cid, cl, site_id }) => [cid, cl, bytesToHex(site_id)])).toEqual([
    ['-1', 3, own],
    ['title', 3, own],
  ]);

  await site.$crr.apply(told);
  expect(await site.select().from(notes)).toEqual([{ id: 'r', title: 'one' }]);
  const [sentinel] = (await site.$crr.changes()).changes;
  expect(sentinel).toMatchObject({ cid: '-1', cl: 3, site_id: new Uint8Array(16) });
  await site.$crr.apply(revived);
  expect(await site.select().from(notes)).toEqual([{ id: 'r', title: 'again' }]);
  for (const native of [hub, middle, reviver]) await native.close();
});
