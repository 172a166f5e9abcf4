import { createTestNetwork } from 'drizzle-crr/testing';
import { eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { counter, crrTable, increment } from '../../src/index.js';
import { openSite } from '../support/site.js';

const todos = crrTable('todos', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  owner: text('owner'),
  votes: counter('votes'),
  rank: integer('rank').unique(),
});
const open = () => openSite({ todos });

async function openNetwork(seed?: number) {
  const net = createTestNetwork(seed === undefined ? {} : { seed });
  const server = net.server(await open());
  const ann = net.client(await open(), server, { name: 'ann' });
  const bob = net.client(await open(), server, { name: 'bob' });
  return { net, server, ann, bob };
}

test('what is written behind a cut line arrives once it is mended', async () => {
  const { net, server, ann, bob } = await openNetwork();
  ann.link.cut();
  await ann.db.insert(todos).values({ id: 'a', title: 'milk', rank: 1 });
  await bob.db.insert(todos).values({ id: 'b', title: 'bread', rank: 1 });
  await net.sync();
  expect(await server.db.select().from(todos)).toMatchObject([{ id: 'b' }]);
  await expect(ann.sync.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });

  ann.link.heal();
  await net.sync();
  await net.expectConverged();
  expect(await bob.db.select().from(todos).orderBy(todos.id)).toMatchObject([
    { id: 'a' },
    { id: 'b' },
  ]);
});

test('what is different is listed by row and column', async () => {
  const { net, server, ann, bob } = await openNetwork();
  await server.db.insert(todos).values({ id: 'a', title: 'milk' });
  await net.sync();
  await ann.db.update(todos).set({ title: 'oat milk' });
  await bob.db.insert(todos).values({ id: 'b' });
  await server.db.insert(todos).values({ id: 'c' });
  const error = await net.expectConverged().catch((e: Error) => e);
  expect(error).toMatchObject({ code: 'CRR_TEST_DIFFERENT' });
  expect((error as Error).message.split('\n')).toEqual([
    'not converged:',
    '  todos {"id":"a"}.title: ann has "oat milk", server "milk"',
    '  todos {"id":"c"}: ann lacks it',
    '  todos {"id":"b"}: only bob has it',
    '  todos {"id":"c"}: bob lacks it',
  ]);
});

test('requests take the time that they are given, and no other', async () => {
  const { net, server, ann } = await openNetwork();
  ann.link.set({ delayMs: 300 });
  await ann.db.insert(todos).values({ id: 'a' });
  const seen: [now: number, rows: number][] = [];
  let isDone = false;
  const sync = ann.sync.sync().then(() => {
    isDone = true;
  });
  while (!isDone) {
    await net.clock.advanceToNext();
    seen.push([net.clock.now, (await server.db.select().from(todos)).length]);
  }
  await sync;
  expect(net.clock.now).toBe(600);
  expect(seen.filter(([now]) => now < 300).every(([, rows]) => rows === 0)).toBe(true);
  expect(seen.filter(([now]) => now === 600).every(([, rows]) => rows === 1)).toBe(true);
});

test('a line that is cut while an answer is on its way loses it, and the server has the write', async () => {
  const { net, server, ann } = await openNetwork();
  ann.link.set({ delayMs: 10 });
  await ann.db.insert(todos).values({ id: 'a' });
  const sync = ann.sync.sync();
  sync.catch(() => {});
  while ((await server.db.select().from(todos)).length === 0) await net.clock.advanceToNext();
  ann.link.cut();
  await expect(sync).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });
  expect(await server.db.select().from(todos)).toHaveLength(1);
  ann.link.heal();
  await net.sync();
  await net.expectConverged();
});

test('a live stream ends with the line', async () => {
  const { net, ann } = await openNetwork();
  const phases: string[] = [];
  ann.sync.subscribe((event) => {
    if (event.type === 'phase') phases.push(event.phase);
  });
  ann.sync.start();
  await expect.poll(() => phases.at(-1)).toBe('idle');
  ann.link.cut();
  await expect.poll(() => phases.at(-1)).toBe('offline');
  await ann.sync.stop();
  expect(net.clients).toHaveLength(2);
});

describe.each([1, 2, 3])('on a bad network, seed %i', (seed) => {
  test('everything converges', async () => {
    const { net, ann, bob, server } = await openNetwork(seed);
    await server.db.insert(todos).values({ id: 'n', votes: 0 });
    await net.sync();
    for (const { link } of [ann, bob]) link.set({ loss: 0.3, duplicate: 0.3, delayMs: [0, 500] });
    for (let i = 0; i < 3; i++) {
      await ann.db.insert(todos).values({ id: `a${i}`, rank: i });
      await bob.db.insert(todos).values({ id: `b${i}`, rank: i });
      for (const { db } of [ann, bob]) {
        await db
          .update(todos)
          .set({ votes: increment(todos.votes) })
          .where(eq(todos.id, 'n'));
      }
      await net.sync();
    }
    await net.expectConverged({ open });
    for (const { db } of [ann, bob, server]) {
      expect(await db.select().from(todos).where(eq(todos.id, 'n'))).toMatchObject([{ votes: 6 }]);
    }
  });
});

test('of a client that sees some of the rows, those are compared; one that starts anew must have the same', async () => {
  const net = createTestNetwork();
  const server = net.server(await open(), {
    authorize: (request) => {
      const id = request.headers.get('x-user')!;
      return { id, tables: { todos: { where: eq(todos.owner, id) } } };
    },
  });
  const ann = net.client(await open(), server, { name: 'ann', headers: { 'x-user': 'ann' } });
  await server.db.insert(todos).values([
    { id: 'a', owner: 'ann' },
    { id: 'b', owner: 'bob' },
  ]);
  await net.expectConverged();
  await expect(net.expectConverged({ open })).rejects.toMatchObject({
    differences: ['todos {"id":"a"}: ann lacks it'],
  });
  await net.sync();
  await net.expectConverged({ open });
  expect(await ann.db.select().from(todos)).toHaveLength(1);
});

test('what is misspelt or impossible is refused', async () => {
  const { net, ann } = await openNetwork();
  expect(() => createTestNetwork({ sede: 1 } as never)).toThrow(/sede/);
  expect(() => ann.link.set({ los: 1 } as never)).toThrow(/los/);
  expect(() => ann.link.set({ loss: 30 })).toThrow('probabilities from 0 to 1: found 30 and 0');
  await expect(net.expectConverged({ table: [] } as never)).rejects.toThrow(/table/);
  ann.link.set({ loss: 1 });
  await expect(net.sync()).rejects.toMatchObject({ code: 'CRR_TEST_ENDLESS' });
});
