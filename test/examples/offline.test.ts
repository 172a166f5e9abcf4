/** How an application tests its schema with `drizzle-crr/testing`: those of the board and of the team, on bad lines. */
import { createTestNetwork } from 'drizzle-crr/testing';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { describe, expect, test } from 'vitest';
import * as board from '../../examples/board/schema.js';
import * as team from '../../examples/team/schema.js';
import { fractOrderBy, increment, withCrr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';

async function open<T extends Record<string, unknown>>(schema: T, example: string) {
  const db = withCrr(drizzle(memoryClient(), { schema }), { schema });
  await migrate(db, { migrationsFolder: `examples/${example}/drizzle` });
  return db;
}
const BAD_LINE = { loss: 0.2, duplicate: 0.2, delayMs: [0, 400] } as const;

describe.each([1, 2, 3])('seed %i', (seed) => {
  test('the board keeps what two people do while they are apart', async () => {
    const { boards, lists, cards } = board;
    const openBoard = () => open(board, 'board');
    const net = createTestNetwork({ seed });
    const server = net.server(await openBoard());
    const ann = net.client(await openBoard(), server, { name: 'ann' });
    const ben = net.client(await openBoard(), server, { name: 'ben' });
    await ann.db.insert(boards).values({ id: 'b', name: 'Boat' });
    await ann.db.insert(lists).values([
      { id: 'l1', board: 'b', title: 'To do', position: 'a1' },
      { id: 'l2', board: 'b', title: 'Done', position: 'a2' },
    ]);
    await ann.db.insert(cards).values({ id: 'c1', list: 'l1', title: 'Mast', position: 'a1' });
    await net.sync();

    ann.link.cut();
    const isMast = eq(cards.id, 'c1');
    await ann.db
      .update(cards)
      .set({ votes: increment(cards.votes, 1) })
      .where(isMast);
    await ben.db
      .update(cards)
      .set({ votes: increment(cards.votes, 1) })
      .where(isMast);
    await ann.db.update(cards).set({ status: 'review' }).where(isMast);
    await ben.db.update(cards).set({ list: 'l2', position: 'a5', status: 'done' }).where(isMast);
    for (const [i, { db }] of [ann, ben].entries()) {
      await db.insert(cards).values({ id: `new${i}`, list: 'l1', title: 'Sail', position: 'a2' });
      await db.insert(lists).values({ id: `l3${i}`, board: 'b', title: 'Later', position: 'a3' });
    }
    ann.link.heal();
    for (const { link } of [ann, ben]) link.set(BAD_LINE);
    await net.sync();
    await net.expectConverged();

    expect(await ann.db.select().from(cards).where(isMast)).toMatchObject([
      { list: 'l2', votes: 2 },
    ]);
    expect(await ann.db.$crr.conflicts(cards)).toMatchObject([{ reason: 'register' }]);
    const titles = (
      await ann.db
        .select()
        .from(lists)
        .orderBy(...fractOrderBy(lists, 'position'))
    ).map((list) => list.title);
    expect(titles).toEqual(['To do', 'Done', 'Later', expect.stringMatching(/^Later~/)]);
  });

  test('the team ends with rows that keep their foreign keys and unique columns', async () => {
    const { users, projects, tasks, comments } = team;
    const openTeam = () => open(team, 'team');
    const net = createTestNetwork({ seed });
    const server = net.server(await openTeam());
    const clients = [
      net.client(await openTeam(), server, { name: 'ada' }),
      net.client(await openTeam(), server, { name: 'ben' }),
    ] as const;
    const [ada, ben] = clients;
    await ada.db.insert(users).values({ id: 'u1', handle: 'ada' });
    await ada.db.insert(projects).values({ id: 'p1', owner: 'u1', name: 'Boat' });
    await ada.db.insert(tasks).values({ id: 't1', project: 'p1', slug: 'hull' });
    await net.sync();

    for (const { link } of clients) link.cut();
    await ada.db.delete(projects).where(eq(projects.id, 'p1')); // Its task goes with it.
    await ben.db.insert(comments).values({ id: 'c1', task: 't1', author: 'u1', body: 'Tar?' });
    await ben.db.insert(tasks).values({ id: 't2', project: 'p1', slug: 'mast' });
    for (const { link } of clients) {
      link.heal();
      link.set(BAD_LINE);
    }
    await net.sync();
    await net.expectConverged();
    for (const { db } of [server, ...clients]) {
      expect(await db.select().from(tasks)).toEqual([]);
      expect(await db.$crr.conflicts(tasks)).toMatchObject([{ key: { id: 't2' } }]);
      expect(await db.$crr.conflicts(comments)).toMatchObject([{ key: { id: 'c1' } }]);
    }
    await ben.db.insert(projects).values({ id: 'p1', owner: 'u1', name: 'Boat' });
    await net.sync();
    await net.expectConverged({ open: openTeam });
    expect(await ada.db.select().from(tasks)).toMatchObject([{ id: 't2' }]);
  });
});
