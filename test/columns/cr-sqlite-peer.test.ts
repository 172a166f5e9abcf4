import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { counter, crrTable, fractIndex, fractOrder, increment, mvr } from '../../src/index.js';
import { NEUTRAL_SITE } from '../../src/model/site.js';
import { openOracle } from '../support/oracle.js';
import { exchange, openSite } from '../support/site.js';

const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  position: fractIndex('position'),
  votes: counter('votes'),
  owner: mvr(text('owner')),
});
const schema = { cards };

async function openPeer() {
  const oracle = await openOracle();
  await oracle.exec(
    "CREATE TABLE cards (id TEXT PRIMARY KEY NOT NULL, position TEXT NOT NULL DEFAULT '', votes INTEGER NOT NULL DEFAULT 0, owner TEXT); SELECT crsql_as_crr('cards')",
  );
  return oracle;
}

test('a cr-sqlite peer sees the order, one share of a counter, and one value of a register', async () => {
  const [a, b, oracle] = [await openSite(schema), await openSite(schema), await openPeer()];
  await fractOrder(a, cards, 'position').insert({ id: 'a', votes: 3, owner: 'Ada' }, 'last');
  await exchange(a, b);
  await b.update(cards).set({ votes: increment(cards.votes, 40), owner: 'Ben' });
  await exchange(a, b);
  await oracle.apply((await a.$crr.changes()).changes);
  expect(await oracle.all('SELECT id, position, votes FROM cards')).toEqual([['a', 'a ', 40n]]);
  expect(['Ben', null]).toContainEqual((await oracle.all('SELECT owner FROM cards'))[0]![0]);
  // What it passes on takes nothing away.
  await a.$crr.apply((await oracle.changes()).filter(({ cid }) => cid !== '-1'));
  expect(await a.select().from(cards)).toMatchObject([{ votes: 43, owner: 'Ben' }]);
  // And it orders its own rows behind.
  await oracle.run(
    "INSERT INTO cards (id, position) VALUES ('b', crsql_fract_key_between((SELECT max(position) FROM cards), NULL))",
  );
  await a.$crr.apply(await oracle.changes());
  await fractOrder(a, cards, 'position').insert({ id: 'c' }, { after: 'b' });
  expect(await a.select({ id: cards.id }).from(cards).orderBy(cards.position)).toEqual([
    { id: 'a' },
    { id: 'b' },
    { id: 'c' },
  ]);
  await oracle.close();
});

test('what it gives the columns of a row that it inserts is nobody’s, and counts', async () => {
  const [a, b, oracle] = [await openSite(schema), await openSite(schema), await openPeer()];
  await oracle.run("INSERT INTO cards (id, position, votes, owner) VALUES ('a', 'a ', 5, 'Cem')");
  await oracle.run("INSERT INTO cards (id, position) VALUES ('b', 'a!')");
  const changes = await oracle.changes();
  await a.$crr.apply(changes);
  await b.$crr.apply(changes);
  await a.update(cards).set({ votes: increment(cards.votes), owner: 'Ada' });
  await b.update(cards).set({ votes: increment(cards.votes, 10) });
  await exchange(a, b);
  for (const site of [a, b]) {
    expect(await site.select().from(cards).orderBy(cards.id)).toEqual([
      { id: 'a', position: 'a ', votes: 16, owner: 'Ada' },
      { id: 'b', position: 'a!', votes: 11, owner: 'Ada' },
    ]);
    expect(await site.$crr.conflicts(cards)).toEqual([]);
    expect(await site.$crr.pendingCount()).toBe(0);
    expect(await site.$crr.contributions(cards, { id: 'a' }, 'votes')).toContainEqual({
      siteId: NEUTRAL_SITE,
      value: 5n,
    });
  }
  await oracle.close();
});
